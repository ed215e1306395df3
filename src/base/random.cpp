#include "base/random.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <openssl/rand.h>

#include <array>
#include <string_view>
#include <vector>

namespace karmen {

void fill_random(std::span<std::byte> bytes) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
        throw Error(ErrorCode::kInternal, PublicMessage{"No randomness available"});
}

std::string random_hex(std::size_t bytes) {
    std::vector<std::byte> buffer(bytes);
    fill_random(buffer);
    return to_hex(buffer);
}

std::string random_password(std::size_t length) {
    // 32 characters, so that five bits of a byte choose each with the same probability.
    static constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789-";
    static_assert(kAlphabet.size() == 32);
    std::vector<std::byte> buffer(length);
    fill_random(buffer);
    std::string password;
    for (const std::byte value : buffer) password += kAlphabet[std::to_integer<unsigned>(value) & 31U];
    return password;
}

}  // namespace karmen
