#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

namespace karmen::net {

/// Which certificates the TLS connections of one exchange accept, and a description of one that was refused. Without a
/// fingerprint: certificates that an authority of this machine has signed for the host. With a fingerprint: exactly
/// that certificate; its signer, host and dates do not matter. A pinned certificate is checked before each request,
/// also on a connection that was open already, so that nothing is sent to another server. Loop only.
class TlsTrust {
  public:
    /// `fingerprint`: SHA-256 of a certificate as 64 lower-case hexadecimal digits; empty if none is pinned.
    explicit TlsTrust(std::string fingerprint) : fingerprint_(std::move(fingerprint)) {}
    TlsTrust(const TlsTrust&) = delete;
    TlsTrust& operator=(const TlsTrust&) = delete;

    /// Sets the options of `easy`, which must end before this object.
    void apply(CURL* easy);

    /// `SHA-256 …, valid 2026-01-31 to 2036-01-31, subject …, issuer …` of the certificate that the server showed last;
    /// empty if it showed none. For people; valid UTF-8.
    std::string shown_certificate() const;

    /// The server has another certificate than the pinned one.
    bool has_refused() const { return has_refused_; }

  private:
    static CURLcode on_context(CURL* easy, void* context, void* self);
    static int on_request(void* self, char*, char*, int, int);
    bool is_pinned_server();

    std::string fingerprint_;
    CURL* easy_ = nullptr;
    bool has_refused_ = false;
    std::unique_ptr<SSL_CTX, decltype([](SSL_CTX* context) { SSL_CTX_free(context); })> context_;
    std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })> shown_;  ///< by a pinned server
};

}  // namespace karmen::net
