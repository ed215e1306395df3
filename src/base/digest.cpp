#include "base/digest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace karmen {

namespace {

void check(int result) {
    if (result != 1) throw Error(ErrorCode::kInternal, {"A digest could not be computed"});
}

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

Digest::Digest(const char* algorithm) : context_(EVP_MD_CTX_new()) {
    check(EVP_DigestInit_ex(context_.get(), EVP_get_digestbyname(algorithm), nullptr));
}

Digest Digest::sha1() {
    return Digest("SHA1");
}
Digest Digest::sha256() {
    return Digest("SHA256");
}

void Digest::update(std::span<const char> bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Digest::finish() {
    std::array<std::byte, EVP_MAX_MD_SIZE> value;
    unsigned size = 0;
    check(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(value.data()), &size));
    return to_hex(std::span(value).first(size));
}

std::string sha1_of(std::string_view text) {
    Digest digest = Digest::sha1();
    digest.update(text);
    return digest.finish();
}

std::string sha256_of(std::string_view text) {
    Digest digest = Digest::sha256();
    digest.update(text);
    return digest.finish();
}

}  // namespace karmen
