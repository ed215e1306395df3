#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/access.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace karmen {

/// The provider for log-ins with a password that Karmen itself stores.
inline constexpr const char* kLocalProvider = "local";

/// An account. `providers` says how its owner logs in; a LocalUser has the data of the provider `local`.
struct User {
    Uuid uuid;
    std::string username;  ///< at most 128 characters, unique: names that fold_name() makes equal are one
    Role role = Role::kUser;
    bool suspended = false;
    std::vector<std::string> providers{kLocalProvider};
    Timestamp created{};
};
template <>
struct Description<User> {
    static constexpr std::string_view name = "User";
    static constexpr std::tuple members{Member{"uuid", &User::uuid}, Member{"username", &User::username},
                                        Member{"role", &User::role}, Member{"suspended", &User::suspended}};
};

/// The password side of an account.
struct LocalUser {
    Uuid user;
    std::string password_hash;  ///< bcrypt, 60 characters
    bool force_password_change = false;
    /// Counts the changes of the password. A session begins only if the number is still the one under which its
    /// password was checked. Tokens that were made before sessions existed carry their number, and are refused after it
    /// changes.
    std::int64_t password_generation = 0;
};

inline constexpr std::size_t kUsernameMaxCharacters = 128;

}  // namespace karmen
