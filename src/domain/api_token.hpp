#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"

#include <cstddef>
#include <string>

namespace karmen {

/// A token without expiry that a user made for a program. The token itself is not stored, only its id, by which it can
/// be revoked.
struct ApiToken {
    Uuid jti;  ///< the token's claim of that name; the primary key
    Uuid user;
    std::string name;  ///< at most 128 characters, for people; need not be unique
    Timestamp created;
    bool revoked = false;
    bool operator==(const ApiToken&) const = default;
};
template <>
struct Description<ApiToken> {
    static constexpr std::string_view name = "ApiToken";
    static constexpr std::tuple members{Member{"jti", &ApiToken::jti}, Member{"name", &ApiToken::name},
                                        Member{"created", &ApiToken::created}};
};

inline constexpr std::size_t kApiTokenNameMaxCharacters = 128;

}  // namespace karmen
