#include "net/http_client.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

namespace karmen::net {
namespace {

using testing::TestConnection;
using testing::TestServer;

template <auto free>
using Free = decltype([](auto* object) { free(object); });

/// TLS as a printer speaks it: with a certificate that it signed itself.
class SelfSigned {
  public:
    SelfSigned() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()), context_(SSL_CTX_new(TLS_server_method())) {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
        X509_set_pubkey(certificate_.get(), key_.get());
        X509_NAME* name = X509_get_subject_name(certificate_.get());
        const auto* text = reinterpret_cast<const unsigned char*>("octopi.local");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(certificate_.get(), name);
        // Who checks looks for the address that it connects to.
        X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
        X509_add_ext(certificate_.get(), address, -1);
        X509_EXTENSION_free(address);
        X509_sign(certificate_.get(), key_.get(), EVP_sha256());
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    }

    void serve(TestConnection& connection) const {
        const std::unique_ptr<SSL, Free<SSL_free>> tls(SSL_new(context_.get()));
        SSL_set_fd(tls.get(), connection.native_handle());
        if (SSL_accept(tls.get()) != 1) return;
        char request[4096];
        if (SSL_read(tls.get(), request, sizeof request) <= 0) return;
        constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        SSL_write(tls.get(), kAnswer.data(), kAnswer.size());
        connection.wait_for_close();
    }

    void write_to(const std::string& path) const {
        const std::unique_ptr<BIO, Free<BIO_free_all>> file(BIO_new_file(path.c_str(), "w"));
        ASSERT_TRUE(file && PEM_write_bio_X509(file.get(), certificate_.get()) == 1);
    }

  private:
    std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key_;
    std::unique_ptr<X509, Free<X509_free>> certificate_;
    std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
};

TEST(HttpTls, ASelfSignedCertificateIsRefusedUnlessTheRequestAllowsIt) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("blocking", 1, 10);
    HttpClient client(loop.executor(), pool, {}, log);
    const SelfSigned certificate;
    const TestServer server([&](TestConnection& connection) { certificate.serve(connection); });
    const auto get = [&](TlsVerification tls) {
        HttpRequest request;
        request.url = "https://" + server.host() + "/";
        request.tls = tls;
        return loop.run_until_done(client.send(std::move(request)));
    };
    // In this order, so that the second would be wrong if it used the first one's connection.
    const auto skipped = get(TlsVerification::kSkip);
    ASSERT_TRUE(skipped) << skipped.error().detail;
    EXPECT_EQ(skipped->body, "{}");
    const auto verified = get(TlsVerification::kVerify);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().kind, HttpFailure::Kind::kTls) << verified.error().detail;
}

TEST(HttpTls, ACertificateOfTheFileOfAuthoritiesIsTrustedAndNoOther) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("blocking", 1, 10);
    const SelfSigned trusted;
    const SelfSigned stranger;
    const std::string path = ::testing::TempDir() + "karmen-ca-" + std::to_string(::getpid()) + ".pem";
    trusted.write_to(path);
    const auto get = [&](const SelfSigned& certificate, const std::string& ca_file) {
        HttpClient client(loop.executor(), pool, {.ca_file = ca_file}, log);
        const TestServer server([&](TestConnection& connection) { certificate.serve(connection); });
        HttpRequest request;
        request.url = "https://" + server.host() + "/";
        return loop.run_until_done(client.send(std::move(request)));
    };
    const auto answer = get(trusted, path);
    EXPECT_TRUE(answer) << answer.error().detail;
    for (const auto& refused : {get(trusted, ""), get(stranger, path), get(trusted, path + ".none")}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, HttpFailure::Kind::kTls) << refused.error().detail;
    }
    std::remove(path.c_str());
}

}  // namespace
}  // namespace karmen::net
