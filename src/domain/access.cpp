#include "domain/access.hpp"

namespace karmen {

std::string_view to_string(Role role) {
    return role == Role::kAdmin ? "admin" : "user";
}

std::optional<Role> parse_role(std::string_view text) {
    if (text == "admin") return Role::kAdmin;
    if (text == "user") return Role::kUser;
    return std::nullopt;
}

bool may_delete(const Principal& who, const std::optional<Uuid>& owner) {
    return who.role == Role::kAdmin || owner == who.user;
}

bool may_operate(const Principal& who, const std::optional<Uuid>& owner_of_running_print) {
    return who.role == Role::kAdmin || owner_of_running_print == who.user;
}

}  // namespace karmen
