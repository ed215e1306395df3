#include "files/sha256.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <cstddef>

namespace karmen::files {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
        throw Error(ErrorCode::kInternal, PublicMessage{"The file store failed"}, LogDetail{"no SHA-256"});
}

void Sha256::update(std::span<const char> bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Sha256::finish() {
    std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &length);
    return to_hex(std::span(digest).first(length));
}

}  // namespace karmen::files
