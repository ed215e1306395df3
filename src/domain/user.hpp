#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/access.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace karmen {

/// The way to prove who one is that Karmen itself keeps: a password.
inline constexpr const char* kLocalProvider = "local";

/// An account. How its owner logs in is told by `providers`; the facts of the provider `local` are a LocalUser.
struct User {
    Uuid uuid;
    std::string username;  ///< at most 128 characters, unique: names that fold_name() makes equal are one
    Role role = Role::kUser;
    bool suspended = false;
    std::vector<std::string> providers{kLocalProvider};
    Timestamp created{};
};

/// The password side of an account.
struct LocalUser {
    Uuid user;
    std::string password_hash;  ///< bcrypt, 60 characters
    bool force_password_change = false;
    /// Counts the changes of the password. A session begins only under the number that its password was found right
    /// under. Tokens from before there were sessions carry the number they were made under, and are refused under
    /// another.
    std::int64_t password_generation = 0;
};

inline constexpr std::size_t kUsernameMaxCharacters = 128;

}  // namespace karmen
