#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace karmen {

/// A running SHA-1 or SHA-256 (FIPS 180-4) of what comes piece by piece. Any one thread at a time. Throws
/// Error(kInternal) when OpenSSL refuses.
class Digest {
  public:
    static Digest sha1();
    static Digest sha256();

    void update(std::span<const char> bytes);
    /// Lower-case hexadecimal; ends the digest.
    std::string finish();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    explicit Digest(const char* algorithm);

    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The whole text at once, in lower-case hexadecimal.
std::string sha1_of(std::string_view text);
std::string sha256_of(std::string_view text);

}  // namespace karmen
