#include "identity/api_tokens.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

namespace karmen::identity {

ApiTokens::ApiTokens(storage::ApiTokenRepository& tokens, const crypto::TokenSigner& signer, const Clock& clock,
                     Pool& blocking)
    : tokens_(tokens), signer_(signer), clock_(clock), blocking_(blocking) {}

Awaitable<ApiTokens::Created> ApiTokens::create(Principal owner, std::string name) {
    if (name.empty()) throw Error::invalid("/name", "must not be empty");
    if (count_characters(name) > kApiTokenNameMaxCharacters)
        throw Error::invalid("/name", "must not be longer than 128 characters");
    Created created{
        .token = {.jti = Uuid::random(), .user = owner.user, .name = to_nfc(name), .created = clock_.now()}};
    created.access_token = signer_.sign(
        {.jti = created.token.jti,
         .user = owner.user,
         .type = crypto::TokenType::kAccess,
         .issued_at = created.token.created,
         .user_claims = crypto::UserClaims{.role = std::string(to_string(Role::kUser)), .username = owner.username}});
    co_await offload(blocking_, [&] { tokens_.create(created.token); });
    co_return created;
}

Awaitable<std::vector<ApiToken>> ApiTokens::list(Principal owner) {
    co_return co_await offload(blocking_, [&] { return tokens_.list(owner.user); });
}

Awaitable<void> ApiTokens::revoke(Principal owner, std::string jti) {
    const Error not_found(ErrorCode::kTokenNotFound, PublicMessage{"There is no such token"});
    const auto uuid = Uuid::parse(jti);
    if (!uuid) throw not_found;
    const auto token = co_await offload(blocking_, [&] { return tokens_.find(*uuid); });
    if (!token) throw not_found;
    if (token->user != owner.user)
        throw Error(ErrorCode::kNotOwner, PublicMessage{"Token does not belong to " + owner.user.to_string()});
    if (!co_await offload(blocking_, [&] { return tokens_.revoke(*uuid); })) throw not_found;
}

}  // namespace karmen::identity
