#include "storage/tables/api_token_repository.hpp"

#include <array>
#include <utility>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 5> kColumns{"jti", "user_uuid", "name", "created", "revoked"};

ApiToken read_token(Row& row) {
    ApiToken token;
    token.jti = row.uuid();
    token.user = row.uuid();
    token.name = row.text();
    token.created = row.timestamp();
    token.revoked = row.boolean();
    return token;
}

}  // namespace

void ApiTokenRepository::create(const ApiToken& token) {
    database_.lease().execute(
        "INSERT INTO api_tokens (jti, user_uuid, name, created, revoked) "
        "VALUES (:jti, :user, :name, :created, :revoked)",
        {{"jti", token.jti},
         {"user", token.user},
         {"name", token.name},
         {"created", token.created},
         {"revoked", token.revoked}});
}

std::vector<ApiToken> ApiTokenRepository::list(const Uuid& user) {
    static const Sql kSql =
        select(kColumns, "FROM api_tokens WHERE user_uuid = :user AND NOT revoked ORDER BY created, jti");
    return database_.lease().all(kSql, {{"user", user}}, read_token);
}

std::vector<OwnedApiToken> ApiTokenRepository::list_with_users(const std::optional<Uuid>& user) {
    static const Sql kSql =
        select({"jti", "user_uuid", "name", "api_tokens.created", "revoked", "users.username"},
               "FROM api_tokens JOIN users ON users.uuid = api_tokens.user_uuid "
               "WHERE user_uuid = COALESCE(:user, user_uuid) ORDER BY users.username, api_tokens.created, jti");
    return database_.lease().all(kSql, {{"user", user}}, [](Row& row) {
        ApiToken token = read_token(row);
        return OwnedApiToken{std::move(token), row.text()};
    });
}

std::optional<ApiToken> ApiTokenRepository::find(const Uuid& jti) {
    static const Sql kSql = select(kColumns, "FROM api_tokens WHERE jti = :jti");
    return database_.lease().one(kSql, {{"jti", jti}}, read_token);
}

bool ApiTokenRepository::revoke(const Uuid& jti) {
    return database_.lease().execute("UPDATE api_tokens SET revoked = true WHERE jti = :jti AND NOT revoked",
                                     {{"jti", jti}}) > 0;
}

}  // namespace karmen::storage
