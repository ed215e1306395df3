#pragma once

#include "domain/login_session.hpp"
#include "storage/database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace karmen::storage {

/// Table sessions: the log-ins that have not ended. Passwords, suspension and deletion end sessions too, in the
/// transactions of UserRepository. Holds no state of its own. Any thread, blocks; throws what Session throws.
class SessionRepository {
  public:
    explicit SessionRepository(Database& database) : database_(database) {}

    /// Adds the session; false if the password has changed since its generation was `password_generation`. If the user
    /// then has more than `per_user_max`, those that were unused for the longest time end.
    bool create(const LoginSession& session, std::int64_t password_generation, std::size_t per_user_max);

    /// The sessions of one user that have not expired, the last used one first.
    std::vector<LoginSession> list(const Uuid& user, Timestamp now);
    std::optional<LoginSession> find(const Uuid& id);

    /// False if there is no such session of that user.
    bool end(const Uuid& user, const Uuid& id);
    /// Returns how many there were.
    std::int64_t end_all(const Uuid& user);

    struct Use {
        Uuid session;
        Timestamp at;
    };
    void mark_used(const std::vector<Use>& uses);

    /// Returns how many there were.
    std::int64_t remove_expired(Timestamp before);

  private:
    Database& database_;
};

}  // namespace karmen::storage
