#include "crypto/token.hpp"

#include "base/error.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <chrono>

namespace karmen::crypto {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "a secret of at least thirty-two characters";
const Timestamp kNow{1764000000s};
const Uuid kUser = *Uuid::parse("9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1");
const Uuid kJti = *Uuid::parse("1f0c3a8e-7d1b-4f9a-9c61-55b7d2b94c10");
const std::string kHeader = R"({"typ":"JWT","alg":"HS256"})";

/// base64url without padding (RFC 7515).
std::string base64url(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string hmac(const EVP_MD* digest, const std::string& key, const std::string& text) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), bytes, &size);
    return {reinterpret_cast<const char*>(bytes), size};
}

/// A token as another program would make it, independent of the code under test.
std::string forge(const std::string& header, const std::string& payload, const std::string& key = kSecret,
                  const EVP_MD* digest = EVP_sha256()) {
    const std::string head = base64url(header) + "." + base64url(payload);
    return head + "." + base64url(hmac(digest, key, head));
}

std::string forge_claims(const std::string& members) {
    return forge(kHeader, "{" + members + "}");
}

const std::string kGoodClaims = R"("iat":1764000000,"nbf":1764000000,"exp":1764000900,)"
                                R"("jti":"1f0c3a8e-7d1b-4f9a-9c61-55b7d2b94c10",)"
                                R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1","fresh":true,"type":"access")";

const std::string kApiTokenClaims =
    R"("iat":1764000000,"nbf":1764000000,"jti":"1f0c3a8e-7d1b-4f9a-9c61-55b7d2b94c10",)"
    R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1","fresh":false,"type":"access")";

TokenClaims login_claims() {
    return {.jti = kJti,
            .user = kUser,
            .type = TokenType::kAccess,
            .is_fresh = true,
            .issued_at = kNow,
            .expires_at = kNow + 15min,
            .password_generation = 3,
            .user_claims = UserClaims{"admin", "kar\"men \xE6\x97\xA5", true}};
}

struct Refusal {
    ErrorCode code;
    std::string message;
};

Refusal refusal(const std::string& token, Timestamp now = kNow) {
    try {
        TokenSigner(kSecret).verify(token, now);
    } catch (const Error& error) {
        EXPECT_THAT(std::string(error.what()), testing::Not(testing::HasSubstr(kSecret)));
        return {error.code(), error.message()};
    }
    ADD_FAILURE() << "accepted " << token;
    return {};
}

TEST(Token, ReadsWhatItSigned) {
    const TokenSigner signer(kSecret);
    TokenClaims refresh = {.jti = kJti, .user = kUser, .type = TokenType::kRefresh, .issued_at = kNow};
    refresh.expires_at = kNow + 30 * 24h;
    refresh.password_generation = 0;
    const TokenClaims api_token = {
        .jti = kJti, .user = kUser, .issued_at = kNow, .user_claims = UserClaims{"user", "karmen", std::nullopt}};
    for (const TokenClaims& claims : {login_claims(), refresh, api_token})
        EXPECT_EQ(signer.verify(signer.sign(claims), kNow), claims);
}

TEST(Token, HasTheClaimsOfTheContract) {
    const std::string token = TokenSigner(kSecret).sign(login_claims());
    const std::string payload =
        R"({"exp":1764000900,"fresh":true,"iat":1764000000,)"
        R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1",)"
        R"("jti":"1f0c3a8e-7d1b-4f9a-9c61-55b7d2b94c10","nbf":1764000000,"pwd_gen":3,"type":"access",)"
        "\"user_claims\":{\"force_pwd_change\":true,\"role\":\"admin\",\"username\":\"kar\\\"men \xE6\x97\xA5\"}}";
    const std::string middle = token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
    EXPECT_EQ(middle, base64url(payload));
}

TEST(Token, ApiTokensNeverExpire) {
    const TokenSigner signer(kSecret);
    const std::string token = signer.sign({.jti = kJti, .user = kUser, .issued_at = kNow});
    EXPECT_EQ(signer.verify(token, kNow + 100 * 365 * 24h).expires_at, std::nullopt);
}

TEST(Token, IsValidThroughTheWholeSecondOfItsExpiry) {
    const TokenSigner signer(kSecret);
    const std::string token = signer.sign(login_claims());
    EXPECT_NO_THROW(signer.verify(token, kNow + 15min + 999ms));
    const Refusal late = refusal(token, kNow + 15min + 1s);
    EXPECT_EQ(late.code, ErrorCode::kExpiredToken);
    EXPECT_EQ(late.message, "Token has expired");
}

TEST(Token, ReadsTokensOfTheOldBackend) {
    const TokenSigner signer(kSecret);
    const TokenClaims bare = signer.verify(
        forge_claims(R"("jti":"1F0C3A8E-7D1B-4F9A-9C61-55B7D2B94C10","identity":"9B5F7A526C2D4F4E8A510A8A5AD6F1B1")"),
        kNow);
    EXPECT_EQ(bare.jti, kJti);
    EXPECT_EQ(bare.user, kUser);
    EXPECT_EQ(bare.type, TokenType::kAccess);
    EXPECT_FALSE(bare.is_fresh);
    EXPECT_EQ(bare.password_generation, std::nullopt);
    EXPECT_EQ(bare.user_claims, std::nullopt);

    const TokenClaims without_jti = signer.verify(
        forge_claims(R"("exp":1764000000.9,"identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1","user_claims":{})"), kNow);
    EXPECT_EQ(without_jti.jti, std::nullopt);
    EXPECT_EQ(without_jti.user_claims, (UserClaims{"", "", std::nullopt}));
}

TEST(Token, FreshMayBeTheSecondUntilWhichItIs) {
    const TokenSigner signer(kSecret);
    const auto is_fresh = [&](const std::string& value) {
        return signer
            .verify(
                forge_claims(R"("exp":1764000900,"identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1","fresh":)" + value),
                kNow)
            .is_fresh;
    };
    EXPECT_TRUE(is_fresh("1764000001"));
    EXPECT_FALSE(is_fresh("1763999999"));
    EXPECT_FALSE(is_fresh("0"));
    EXPECT_FALSE(is_fresh("null"));
    EXPECT_FALSE(is_fresh("\"true\""));
}

TEST(Token, RefusesEveryOtherAlgorithmAndKey) {
    const std::string payload = "{" + kGoodClaims + "}";
    ASSERT_NO_THROW(TokenSigner(kSecret).verify(forge(kHeader, payload), kNow));

    const std::string hs512 = forge(R"({"typ":"JWT","alg":"HS512"})", payload, kSecret, EVP_sha512());
    const std::string hs384 = forge(R"({"typ":"JWT","alg":"HS384"})", payload, kSecret, EVP_sha384());
    const std::string none = base64url(R"({"typ":"JWT","alg":"none"})") + "." + base64url(payload) + ".";
    const std::string none_signed = forge(R"({"typ":"JWT","alg":"none"})", payload);
    const std::string rs256 = forge(R"({"typ":"JWT","alg":"RS256"})", payload);
    for (const std::string& token : {hs512, hs384, none, none_signed, rs256}) {
        EXPECT_EQ(refusal(token).code, ErrorCode::kInvalidToken) << token;
        EXPECT_EQ(refusal(token).message, "The specified alg value is not allowed") << token;
    }

    const std::string good = forge(kHeader, payload);
    const std::string unsigned_part = good.substr(0, good.rfind('.') + 1);
    const std::string other_user =
        base64url(kHeader) + "." + base64url("{" + kGoodClaims + ",\"x\":1}") + good.substr(good.rfind('.'));
    for (const std::string& token :
         {forge(kHeader, payload, kSecret + "x"), forge(kHeader, payload, "x"), unsigned_part, good + "A", good + "=",
          good.substr(0, good.size() - 1), unsigned_part + "!!!!", other_user}) {
        EXPECT_EQ(refusal(token).code, ErrorCode::kInvalidToken) << token;
        EXPECT_EQ(refusal(token).message, "Signature verification failed") << token;
    }
}

TEST(Token, RefusesWhatIsNoToken) {
    for (const std::string& token : {std::string(), std::string("x"), std::string("x.y"), std::string(8000, 'a')})
        EXPECT_EQ(refusal(token).message, "Not enough segments") << token;
    const std::string good = forge_claims(kGoodClaims);
    EXPECT_EQ(refusal(good + ".x").message, "Too many segments");
    EXPECT_EQ(refusal(forge_claims(kGoodClaims + ",\"pad\":\"" + std::string(kTokenBytesMax, 'x') + "\"")).message,
              "The token is too long");
    for (const std::string& token :
         {std::string("x.y.z"), std::string(".."), std::string("...").substr(0, 2), good + std::string(1, '\0'),
          "." + good.substr(good.find('.') + 1), forge("not json", "{" + kGoodClaims + "}"),
          forge("[]", "{" + kGoodClaims + "}"), forge(kHeader, "not json"), forge(kHeader, "[]"), forge(kHeader, ""),
          forge(kHeader, "{\"exp\":99999999999999999999}"), forge(kHeader, std::string(3000, '[')),
          forge(kHeader, "{\"identity\":\"\xFF\"}")}) {
        EXPECT_EQ(refusal(token).code, ErrorCode::kInvalidToken) << token;
        EXPECT_EQ(refusal(token).message, "The token is malformed") << token;
    }
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_EQ(refusal(good.substr(0, length)).code, ErrorCode::kInvalidToken) << length;
}

TEST(Token, RefusesBadClaims) {
    const auto check = [](const std::string& extra, const std::string& message) {
        const std::string identity = R"("jti":"1f0c3a8e-7d1b-4f9a-9c61-55b7d2b94c10",)"
                                     R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1")";
        const Refusal got = refusal(forge_claims(identity + "," + extra));
        EXPECT_EQ(got.code, ErrorCode::kInvalidToken) << extra;
        EXPECT_EQ(got.message, message) << extra;
    };
    check(R"("nbf":1764000001)", "The token is not yet valid (nbf)");
    check(R"("nbf":9e300)", "The token is not yet valid (nbf)");
    check(R"("iat":"now")", "Issued At claim (iat) must be an integer.");
    check(R"("nbf":true)", "Not Before claim (nbf) must be an integer.");
    check(R"("exp":"1764000900")", "Expiration Time claim (exp) must be an integer.");
    check(R"("exp":null)", "Expiration Time claim (exp) must be an integer.");
    check(R"("aud":"someone")", "Invalid audience");
    check(R"("type":"other")", "Missing or invalid claim: type");
    check(R"("type":null)", "Missing or invalid claim: type");
    check(R"("pwd_gen":"3")", "Invalid claim: pwd_gen");
    EXPECT_EQ(refusal(forge_claims(R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1")")).message,
              "Missing claim: jti");
    EXPECT_EQ(refusal(forge_claims(R"("identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1","jti":"no uuid")")).message,
              "Missing claim: jti");
}

TEST(Token, RefusesAnIdentityThatIsNoUser) {
    for (const char* identity :
         {R"("x":1)", R"("identity":null)", R"("identity":5)", R"("identity":"karmen")", R"("identity":"")"}) {
        const Refusal got = refusal(forge_claims(std::string(R"("exp":1764000900,)") + identity));
        EXPECT_EQ(got.code, ErrorCode::kWrongCredentials) << identity;
    }
}

TEST(Token, KeepsHugeTimesInRange) {
    const std::string token =
        forge_claims(R"("iat":-5,"exp":9223372036854775807,"identity":"9b5f7a52-6c2d-4f4e-8a51-0a8a5ad6f1b1")");
    const TokenClaims claims = TokenSigner(kSecret).verify(token, kNow);
    EXPECT_EQ(claims.issued_at, Timestamp{});
    EXPECT_EQ(to_iso8601(*claims.expires_at), "9999-12-31T23:59:59.000000+00:00");
}

TEST(TokenSigner, TheOldSecretVouchesForApiTokensOnly) {
    const TokenSigner signer(kSecret, "short");
    const std::string api_token = forge(kHeader, "{" + kApiTokenClaims + "}", "short");
    EXPECT_EQ(signer.verify(api_token, kNow).jti, kJti);
    EXPECT_THROW(TokenSigner(kSecret).verify(api_token, kNow), Error);
    EXPECT_THROW(signer.verify(forge(kHeader, "{" + kApiTokenClaims + "}", "other"), kNow), Error);

    EXPECT_THROW(signer.verify(forge(kHeader, "{" + kGoodClaims + "}", "short"), kNow), Error);
    std::string fresh = kApiTokenClaims;
    fresh.replace(fresh.find("false"), 5, "true");
    EXPECT_THROW(signer.verify(forge(kHeader, "{" + fresh + "}", "short"), kNow), Error);

    EXPECT_NO_THROW(TokenSigner(kSecret).verify(signer.sign(login_claims()), kNow));
}

TEST(Token, TakesATokenOfAClockThatIsALittleAhead) {
    const TokenSigner signer(kSecret, {}, std::chrono::seconds(10));
    TokenClaims claims = login_claims();
    claims.issued_at = kNow + std::chrono::seconds(10);
    claims.expires_at = kNow + std::chrono::minutes(15);
    EXPECT_NO_THROW(signer.verify(signer.sign(claims), kNow));
    claims.issued_at += std::chrono::seconds(1);
    EXPECT_THROW(signer.verify(signer.sign(claims), kNow), Error);
    claims.issued_at = kNow - std::chrono::minutes(15);
    claims.expires_at = kNow - std::chrono::seconds(1);
    EXPECT_THROW(signer.verify(signer.sign(claims), kNow), Error) << "no token lives longer for it";
}

TEST(Token, NamesItsSession) {
    TokenClaims claims = login_claims();
    claims.session = Uuid::random();
    EXPECT_EQ(TokenSigner(kSecret).verify(TokenSigner(kSecret).sign(claims), kNow).session, claims.session);
    EXPECT_THROW(TokenSigner(kSecret).verify(forge_claims(kGoodClaims + R"(,"sid":7)"), kNow), Error);
}

}  // namespace
}  // namespace karmen::crypto
