#pragma once

#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace karmen::fake {

/// A running SHA-1 or SHA-256 of what comes piece by piece. Throws Error(kInternal) when OpenSSL refuses.
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

}  // namespace karmen::fake
