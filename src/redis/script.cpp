#include "redis/script.hpp"

#include "base/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <new>

namespace karmen::redis {

namespace {

std::string sha1_of(std::string_view text) {
    std::array<std::byte, 20> digest{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(),
                   nullptr) != 1)
        throw std::bad_alloc();
    return to_hex(digest);
}

}  // namespace

Script::Script(std::string_view source_in) : source(source_in), sha1(sha1_of(source_in)) {}

}  // namespace karmen::redis
