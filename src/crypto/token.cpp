#include "crypto/token.hpp"

#include "base/error.hpp"

#include <boost/json.hpp>
#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace karmen::crypto {
namespace {

namespace json = boost::json;

/// The last second that ISO 8601 writes with four digits of year. What lies beyond it is cut to it.
constexpr std::int64_t kSecondsMax = 253402300799;

struct JwtDeleter {
    void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, JwtDeleter>;

struct CDeleter {
    void operator()(char* text) const { std::free(text); }
};
using CText = std::unique_ptr<char, CDeleter>;

Error invalid(std::string message) {
    return {ErrorCode::kInvalidToken, PublicMessage{std::move(message)}};
}

std::int64_t to_seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Timestamp from_seconds(std::int64_t seconds) {
    return Timestamp{std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kSecondsMax)}};
}

const unsigned char* bytes_of(const std::string& secret) {
    return reinterpret_cast<const unsigned char*>(secret.data());
}

/// libjwt says only that a token is bad. The reason is found in a second step, so that good tokens are decoded only
/// once.
Error why_refused(const std::string& token) {
    jwt_t* raw = nullptr;
    const int error = jwt_decode(&raw, token.c_str(), nullptr, 0);
    const Jwt jwt(raw);
    if (error != 0) return invalid("The token is malformed");
    // Decoded without a key, jwt_get_alg answers none whatever the header says.
    const char* algorithm = jwt_get_header(jwt.get(), "alg");
    if (algorithm == nullptr || std::string_view(algorithm) != "HS256")
        return invalid("The specified alg value is not allowed");
    return invalid("Signature verification failed");
}

void check_shape(std::string_view token) {
    if (token.size() > kTokenBytesMax) throw invalid("The token is too long");
    if (token.find('\0') != std::string_view::npos) throw invalid("The token is malformed");
    const auto dots = std::ranges::count(token, '.');
    if (dots < 2) throw invalid("Not enough segments");
    if (dots > 2) throw invalid("Too many segments");
}

/// The claims of a token whose signature is right. libjwt compares signatures in constant time. It would also accept
/// HS384 and HS512 with our key, so the algorithm is checked again.
json::object signed_claims(std::string_view token, const std::string& secret) {
    check_shape(token);
    const std::string text(token);
    jwt_t* raw = nullptr;
    const int error = jwt_decode(&raw, text.c_str(), bytes_of(secret), static_cast<int>(secret.size()));
    const Jwt jwt(raw);
    if (error != 0) throw why_refused(text);
    if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) throw invalid("The specified alg value is not allowed");

    const CText grants(jwt_get_grants_json(jwt.get(), nullptr));
    boost::system::error_code bad_json;
    const json::value claims = grants ? json::parse(grants.get(), bad_json) : json::value();
    if (bad_json || !claims.is_object()) throw invalid("The token is malformed");
    return claims.get_object();
}

/// A claim that is a number of seconds (RFC 7519 NumericDate: a fraction is allowed).
std::optional<std::int64_t> seconds_claim(const json::object& claims, std::string_view name, const char* message) {
    const json::value* claim = claims.if_contains(name);
    if (claim == nullptr) return std::nullopt;
    if (claim->is_int64()) return claim->get_int64();
    if (claim->is_uint64()) return kSecondsMax;
    if (claim->is_double()) {
        const double limit = static_cast<double>(kSecondsMax);
        return static_cast<std::int64_t>(std::clamp(claim->get_double(), -limit, limit));
    }
    throw invalid(message);
}

void check_times(const json::object& claims, std::int64_t now_s, std::chrono::seconds leeway, TokenClaims& result) {
    const auto issued = seconds_claim(claims, "iat", "Issued At claim (iat) must be an integer.");
    const auto not_before = seconds_claim(claims, "nbf", "Not Before claim (nbf) must be an integer.");
    const auto expires = seconds_claim(claims, "exp", "Expiration Time claim (exp) must be an integer.");
    if (not_before && *not_before > now_s + leeway.count()) throw invalid("The token is not yet valid (nbf)");
    if (expires && *expires < now_s) throw Error(ErrorCode::kExpiredToken, PublicMessage{"Token has expired"});
    result.issued_at = from_seconds(issued.value_or(0));
    if (expires) result.expires_at = from_seconds(*expires);
}

TokenType read_type(const json::object& claims) {
    const json::value* type = claims.if_contains("type");
    if (type == nullptr) return TokenType::kAccess;
    if (type->is_string() && type->get_string() == "access") return TokenType::kAccess;
    if (type->is_string() && type->get_string() == "refresh") return TokenType::kRefresh;
    throw invalid("Missing or invalid claim: type");
}

bool read_fresh(const json::object& claims, std::int64_t now_s) {
    const json::value* fresh = claims.if_contains("fresh");
    if (fresh == nullptr) return false;
    if (fresh->is_bool()) return fresh->get_bool();
    return fresh->is_int64() && fresh->get_int64() > now_s;
}

std::optional<Uuid> read_uuid(const json::object& claims, std::string_view name) {
    const json::value* claim = claims.if_contains(name);
    if (claim == nullptr || !claim->is_string()) return std::nullopt;
    return Uuid::parse(std::string_view(claim->get_string()));
}

Uuid read_identity(const json::object& claims) {
    const auto user = read_uuid(claims, "identity");
    if (!user) throw Error(ErrorCode::kWrongCredentials, PublicMessage{"The token names no user"});
    return *user;
}

std::optional<std::int64_t> read_password_generation(const json::object& claims) {
    const json::value* generation = claims.if_contains("pwd_gen");
    if (generation == nullptr) return std::nullopt;
    if (!generation->is_int64()) throw invalid("Invalid claim: pwd_gen");
    return generation->get_int64();
}

std::optional<Uuid> read_session(const json::object& claims) {
    if (!claims.contains("sid")) return std::nullopt;
    const auto session = read_uuid(claims, "sid");
    if (!session) throw invalid("Invalid claim: sid");
    return session;
}

std::optional<UserClaims> read_user_claims(const json::object& claims) {
    const json::value* member = claims.if_contains("user_claims");
    if (member == nullptr || !member->is_object()) return std::nullopt;
    const json::object& object = member->get_object();
    UserClaims result;
    if (const auto* role = object.if_contains("role"); role && role->is_string()) result.role = role->get_string();
    if (const auto* name = object.if_contains("username"); name && name->is_string())
        result.username = name->get_string();
    if (const auto* force = object.if_contains("force_pwd_change"); force && force->is_bool())
        result.force_password_change = force->get_bool();
    return result;
}

json::object to_json(const TokenClaims& claims) {
    json::object result;
    result["iat"] = to_seconds(claims.issued_at);
    result["nbf"] = to_seconds(claims.issued_at);
    if (claims.jti) result["jti"] = claims.jti->to_string();
    if (claims.expires_at) result["exp"] = to_seconds(*claims.expires_at);
    result["identity"] = claims.user.to_string();
    result["type"] = claims.type == TokenType::kAccess ? "access" : "refresh";
    if (claims.type == TokenType::kAccess) result["fresh"] = claims.is_fresh;
    if (claims.password_generation) result["pwd_gen"] = *claims.password_generation;
    if (claims.session) result["sid"] = claims.session->to_string();
    if (claims.user_claims) {
        json::object& user = result["user_claims"].emplace_object();
        user["role"] = claims.user_claims->role;
        user["username"] = claims.user_claims->username;
        if (claims.user_claims->force_password_change)
            user["force_pwd_change"] = *claims.user_claims->force_password_change;
    }
    return result;
}

}  // namespace

std::string TokenSigner::sign(const TokenClaims& claims) const {
    jwt_t* raw = nullptr;
    int error = jwt_new(&raw);
    const Jwt jwt(raw);
    if (error == 0) error = jwt_set_alg(jwt.get(), JWT_ALG_HS256, bytes_of(secret_), static_cast<int>(secret_.size()));
    if (error == 0) error = jwt_add_grants_json(jwt.get(), json::serialize(to_json(claims)).c_str());
    const CText token(error == 0 ? jwt_encode_str(jwt.get()) : nullptr);
    if (!token)
        throw Error(ErrorCode::kInternal, PublicMessage{"The token could not be made"},
                    LogDetail{"libjwt failed with error " + std::to_string(error)});
    return token.get();
}

TokenClaims TokenSigner::verify(std::string_view token, Timestamp now) const {
    try {
        return read(signed_claims(token, secret_), now);
    } catch (const Error& error) {
        if (old_secret_.empty() || error.code() != ErrorCode::kInvalidToken) throw;
        try {
            const TokenClaims claims = read(signed_claims(token, old_secret_), now);
            if (!claims.expires_at && claims.type == TokenType::kAccess && !claims.is_fresh) return claims;
        } catch (const Error&) {
            // It is signed with neither: the first answer counts.
        }
        throw;
    }
}

TokenClaims TokenSigner::read(const json::object& claims, Timestamp now) const {
    const std::int64_t now_s = to_seconds(now);
    TokenClaims result;
    check_times(claims, now_s, clock_leeway_, result);
    if (claims.contains("aud")) throw invalid("Invalid audience");
    result.type = read_type(claims);
    result.user = read_identity(claims);
    result.jti = read_uuid(claims, "jti");
    if (!result.expires_at && !result.jti) throw invalid("Missing claim: jti");
    result.is_fresh = read_fresh(claims, now_s);
    result.password_generation = read_password_generation(claims);
    result.session = read_session(claims);
    result.user_claims = read_user_claims(claims);
    return result;
}

}  // namespace karmen::crypto
