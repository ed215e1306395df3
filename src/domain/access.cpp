#include "domain/access.hpp"

namespace karmen {

bool may_delete(const Principal& who, const std::optional<Uuid>& owner) {
    return who.role == Role::kAdmin || owner == who.user;
}

bool may_operate(const Principal& who, const std::optional<Uuid>& owner_of_running_print) {
    return who.role == Role::kAdmin || owner_of_running_print == who.user;
}

}  // namespace karmen
