#pragma once

#include <openssl/evp.h>

#include <memory>
#include <span>
#include <string>

namespace karmen::files {

/// The SHA-256 (FIPS 180-4) of bytes that come piece by piece. Any one thread at a time.
class Sha256 {
  public:
    /// Throws Error(kInternal) if the library does not have it.
    Sha256();
    void update(std::span<const char> bytes);
    /// In lower-case hexadecimal; once, at the end.
    std::string finish();

  private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace karmen::files
