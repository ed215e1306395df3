#include "net/tls_trust.hpp"

#include "base/text.hpp"
#include "net/curl_options.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <span>

namespace karmen::net {

namespace {

constexpr std::size_t kNameBytesMax = 64;

std::string sha256_of(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
    return to_hex(std::as_bytes(std::span(digest).first(size)));
}

std::string day_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return "?";
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/// As RFC 2253 writes it, which escapes control characters.
std::string text_of(const X509_NAME* name) {
    const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> memory(BIO_new(BIO_s_mem()));
    if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return "?";
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return to_valid_utf8(std::string_view(text, static_cast<std::size_t>(size)).substr(0, kNameBytesMax));
}

/// The slot where a context keeps the certificate that its server showed, as long as the context lives.
int certificate_slot() {
    static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr,
                                                     [](void*, void* certificate, CRYPTO_EX_DATA*, int, long, void*) {
                                                         X509_free(static_cast<X509*>(certificate));
                                                     });
    return slot;
}

/// Does OpenSSL's normal verification, and keeps the certificate. It may be called long after the exchange that opened
/// the connection has ended, so it uses only the context.
int verify(X509_STORE_CTX* store, void*) {
    const auto* tls = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    SSL_CTX* context = SSL_get_SSL_CTX(tls);
    X509* certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate && X509_up_ref(certificate) == 1) {
        X509_free(static_cast<X509*>(SSL_CTX_get_ex_data(context, certificate_slot())));
        SSL_CTX_set_ex_data(context, certificate_slot(), certificate);
    }
    return X509_verify_cert(store);
}

}  // namespace

void TlsTrust::apply(CURL* easy) {
    easy_ = easy;
    const bool is_pinned = !fingerprint_.empty();
    set_option(easy, CURLOPT_SSL_VERIFYPEER, is_pinned ? 0L : 1L);
    set_option(easy, CURLOPT_SSL_VERIFYHOST, is_pinned ? 0L : 2L);
    if (is_pinned) {
        set_option(easy, CURLOPT_PREREQFUNCTION, &TlsTrust::on_request);
        set_option(easy, CURLOPT_PREREQDATA, static_cast<void*>(this));
    } else {
        set_option(easy, CURLOPT_SSL_CTX_FUNCTION, &TlsTrust::on_context);
        set_option(easy, CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
    }
}

CURLcode TlsTrust::on_context(CURL*, void* context, void* self) {
    auto* tls = static_cast<SSL_CTX*>(context);
    if (SSL_CTX_up_ref(tls) != 1) return CURLE_OUT_OF_MEMORY;
    static_cast<TlsTrust*>(self)->context_.reset(tls);
    SSL_CTX_set_cert_verify_callback(tls, &verify, nullptr);
    return CURLE_OK;
}

int TlsTrust::on_request(void* self, char*, char*, int, int) {
    return static_cast<TlsTrust*>(self)->is_pinned_server() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

bool TlsTrust::is_pinned_server() {
    const curl_tlssessioninfo* session = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_TLS_SSL_PTR, &session);
    char* scheme = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_SCHEME, &scheme);
    if (scheme && equals_ignoring_case(scheme, "http")) return true;
    if (session && session->internals)
        shown_.reset(SSL_get1_peer_certificate(static_cast<const SSL*>(session->internals)));
    has_refused_ = !shown_ || sha256_of(shown_.get()) != fingerprint_;
    return !has_refused_;
}

std::string TlsTrust::shown_certificate() const {
    const X509* shown = shown_.get();
    if (!shown && context_) shown = static_cast<X509*>(SSL_CTX_get_ex_data(context_.get(), certificate_slot()));
    if (!shown) return {};
    return fmt::format("SHA-256 {}, valid {} to {}, subject {}, issuer {}", sha256_of(shown),
                       day_of(X509_get0_notBefore(shown)), day_of(X509_get0_notAfter(shown)),
                       text_of(X509_get_subject_name(shown)), text_of(X509_get_issuer_name(shown)));
}

}  // namespace karmen::net
