#pragma once

#include "domain/list_query.hpp"
#include "domain/user.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// An account with its password data, which is missing if the user logs in with another provider.
struct Account {
    User user;
    std::optional<LocalUser> local;
};

/// What changes in an account; empty members stay as they are.
struct UserChange {
    std::optional<Role> role;
    std::optional<bool> suspended;
};

enum class NextLogin { kKeepsPassword, kMustChangePassword };

/// Tables users and local_users. Holds no state of its own. Any thread, blocks; throws what Session throws.
class UserRepository {
  public:
    explicit UserRepository(Database& database) : database_(database) {}

    /// Both rows or none. Throws Error(kConflict) if the UUID or the name is taken: names that fold_name() makes equal
    /// are one name.
    void create(const User& user, const LocalUser& local);

    std::optional<User> find(const Uuid& uuid);
    /// Letter case matters.
    std::optional<User> find_by_username(std::string_view username);
    std::optional<Account> find_with_local(const Uuid& uuid);
    std::optional<Account> find_with_local_by_username(std::string_view username);
    /// By UUID unless asked otherwise; ordering by `suspended` is ignored.
    Page<User> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);
    std::int64_t count();
    /// The number of users that can log in with a password: they have one and are not suspended.
    std::int64_t count_able_to_log_in(Role role);
    /// The highest cost of the bcrypt hashes, without those above `at_most`; nullopt if there is no hash.
    std::optional<int> highest_password_cost(int at_most);

    /// Returns the changed user; nullopt if there is no such user. Suspension ends all sessions of the user.
    std::optional<User> update(const Uuid& uuid, const UserChange& change);
    /// Ends all sessions of the user except `kept_session`. Returns the new password generation, which makes access and
    /// refresh tokens without a session invalid; nullopt if the user has no password to change.
    std::optional<std::int64_t> set_password(const Uuid& uuid, const std::string& password_hash, NextLogin next_login,
                                             const std::optional<Uuid>& kept_session = std::nullopt);
    enum class Removal { kDone, kNoSuchUser, kLastAdministrator };
    /// With password, sessions and API tokens; g-codes and print jobs keep the name.
    Removal remove(const Uuid& uuid);
    /// Stores a new hash of the same password, so all tokens go on working. Does nothing if the hash is no longer
    /// `old_hash`.
    void replace_password_hash(const Uuid& uuid, const std::string& old_hash, const std::string& new_hash);

    /// Computes the folded names for rows of older versions. Accounts whose folded names are equal keep their names.
    void fold_names();
    /// Groups of names that fold_name() makes equal.
    std::vector<std::vector<std::string>> colliding_names();

  private:
    Database& database_;
};

}  // namespace karmen::storage
