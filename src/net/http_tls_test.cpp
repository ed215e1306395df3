#include "base/text.hpp"
#include "net/http_client.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <unistd.h>

namespace karmen::net {
namespace {

using ::testing::HasSubstr;
using testing::TestConnection;
using testing::TestServer;

template <auto free>
using Free = decltype([](auto* object) { free(object); });

/// TLS as a printer speaks it: with a certificate that it signed itself.
class SelfSigned {
  public:
    enum class Names { kItsAddress, kAnotherHost };

    explicit SelfSigned(Names names = Names::kAnotherHost)
        : key_(EVP_EC_gen("P-256")), certificate_(X509_new()), context_(SSL_CTX_new(TLS_server_method())) {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
        if (names == Names::kItsAddress) {
            X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -3600);
            X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
        } else {
            ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate_.get()), "20010203000000Z");
            ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate_.get()), "20040506000000Z");
        }
        X509_set_pubkey(certificate_.get(), key_.get());
        X509_NAME* name = X509_get_subject_name(certificate_.get());
        const auto* text = reinterpret_cast<const unsigned char*>("octopi.local");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(certificate_.get(), name);
        // Who checks looks for the address that it connects to.
        X509_EXTENSION* address = X509V3_EXT_conf_nid(
            nullptr, nullptr, NID_subject_alt_name, names == Names::kItsAddress ? "IP:127.0.0.1" : "DNS:octopi.local");
        X509_add_ext(certificate_.get(), address, -1);
        X509_EXTENSION_free(address);
        X509_sign(certificate_.get(), key_.get(), EVP_sha256());
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    }

    /// Adds up the requests, each before it is answered.
    void serve(TestConnection& connection, std::atomic<std::size_t>& requests) const {
        const std::unique_ptr<SSL, Free<SSL_free>> tls(SSL_new(context_.get()));
        SSL_set_fd(tls.get(), connection.native_handle());
        if (SSL_accept(tls.get()) != 1) return;
        for (char request[4096]; SSL_read(tls.get(), request, sizeof request) > 0;) {
            ++requests;
            constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
            SSL_write(tls.get(), kAnswer.data(), kAnswer.size());
        }
    }

    std::string fingerprint() const {
        std::array<unsigned char, 32> digest{};
        X509_digest(certificate_.get(), EVP_sha256(), digest.data(), nullptr);
        return to_hex(std::as_bytes(std::span(digest)));
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

/// Asks the same client again and again.
class PinnedTls : public ::testing::Test {
  public:
    HttpRequest request(const std::string& fingerprint) const {
        HttpRequest request;
        request.url = "https://" + server_.host() + "/";
        request.tls_fingerprint = fingerprint;
        return request;
    }
    HttpResult get(const std::string& fingerprint) { return loop_.run_until_done(client_.send(request(fingerprint))); }

    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 1, 10};
    HttpClient client_{loop_.executor(), pool_, {}, log_};
    SelfSigned certificate_;
    std::atomic<std::size_t> requests_ = 0;
    TestServer server_{[this](TestConnection& connection) { certificate_.serve(connection, requests_); }};
};

const std::string kOtherFingerprint(64, '0');

TEST_F(PinnedTls, ASelfSignedCertificateIsRefusedAndTold) {
    const auto refused = get("");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, HttpFailure::Kind::kTls);
    EXPECT_THAT(refused.error().detail, HasSubstr("self-signed certificate: SHA-256 " + certificate_.fingerprint()));
    EXPECT_THAT(refused.error().detail,
                HasSubstr(", valid 2001-02-03 to 2004-05-06, subject CN=octopi.local, issuer CN=octopi.local"));
    EXPECT_EQ(requests_, 0U);
}

TEST_F(PinnedTls, ThePinnedCertificateIsTakenThoughItIsOldAndNamesAnotherHost) {
    const auto answer = get(certificate_.fingerprint());
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "{}");
}

TEST_F(PinnedTls, AnotherServerIsRefusedBeforeItSeesTheRequest) {
    const auto refused = get(kOtherFingerprint);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, HttpFailure::Kind::kTls);
    EXPECT_THAT(refused.error().detail, HasSubstr("not the pinned one: SHA-256 " + certificate_.fingerprint()));
    EXPECT_EQ(requests_, 0U);
}

TEST_F(PinnedTls, AConnectionThatIsThereIsLookedAtAgain) {
    ASSERT_TRUE(get(certificate_.fingerprint()));
    ASSERT_TRUE(get(certificate_.fingerprint()));
    EXPECT_EQ(requests_, 2U);
    EXPECT_EQ(server_.connections(), 1U) << "it is kept";
    EXPECT_FALSE(get(kOtherFingerprint));
    EXPECT_FALSE(get("")) << "one that no authority signed";
    EXPECT_EQ(requests_, 2U);
}

TEST_F(PinnedTls, AStreamIsHeldToItToo) {
    loop_.run_until_done([](PinnedTls& test) -> Awaitable<void> {
        const auto refused = co_await test.client_.open(test.request(kOtherFingerprint));
        EXPECT_EQ(refused ? std::nullopt : std::optional(refused.error().kind), HttpFailure::Kind::kTls);
        EXPECT_TRUE(co_await test.client_.open(test.request(test.certificate_.fingerprint())));
    }(*this));
}

TEST_F(PinnedTls, SaysNothingOfServersWithoutTls) {
    const TestServer plain([](TestConnection& connection) {
        connection.read_request();
        connection.answer(200, "{}");
    });
    HttpRequest plain_request = request(kOtherFingerprint);
    plain_request.url = plain.url();
    const auto answer = loop_.run_until_done(client_.send(std::move(plain_request)));
    EXPECT_TRUE(answer) << answer.error().detail;
}

TEST(HttpTls, ACertificateOfTheFileOfAuthoritiesIsTrustedAndNoOther) {
    Loop loop;
    Log log = Log::silent();
    Pool pool("blocking", 1, 10);
    const SelfSigned trusted(SelfSigned::Names::kItsAddress);
    const SelfSigned stranger(SelfSigned::Names::kItsAddress);
    const std::string path = ::testing::TempDir() + "karmen-ca-" + std::to_string(::getpid()) + ".pem";
    trusted.write_to(path);
    const auto get = [&](const SelfSigned& certificate, const std::string& ca_file) {
        HttpClient client(loop.executor(), pool, {.ca_file = ca_file}, log);
        std::atomic<std::size_t> requests = 0;
        const TestServer server([&](TestConnection& connection) { certificate.serve(connection, requests); });
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
