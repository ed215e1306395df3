#pragma once

#include "base/described.hpp"
#include "base/uuid.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace karmen {

/// What a person may do: `user` sees everything, uploads and prints; `admin` also manages users, printers and settings.
enum class Role { kUser, kAdmin };

template <>
struct Words<Role> {
    static constexpr std::array words{std::pair{Role::kAdmin, std::string_view("admin")},
                                      std::pair{Role::kUser, std::string_view("user")}};
};

/// Who makes a request: the account as it is in the database now (not as the token remembers it).
struct Principal {
    Uuid user;
    std::string username;
    Role role = Role::kUser;
    bool is_fresh = false;      ///< the token was made from a password, not from a refresh token
    bool is_api_token = false;  ///< the token never expires and acts as role `user`
};

/// An owner may delete the own objects. An administrator may delete every object, also one without an owner.
bool may_delete(const Principal& who, const std::optional<Uuid>& owner);

/// Pausing, cancelling, connecting: administrators may, and the user whose print is running on that printer.
bool may_operate(const Principal& who, const std::optional<Uuid>& owner_of_running_print);

}  // namespace karmen
