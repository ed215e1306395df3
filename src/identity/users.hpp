#pragma once

#include "base/clock.hpp"
#include "crypto/password.hpp"
#include "domain/list_query.hpp"
#include "domain/user.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/user_repository.hpp"

#include <optional>
#include <string>
#include <vector>

namespace karmen::identity {

struct NewUser {
    std::string username;
    std::string password;
    Role role = Role::kUser;
};

/// Administration of accounts, for the API and the command line. The new password of another person must be changed at
/// the first login. Loop only.
class Users {
  public:
    Users(storage::UserRepository& users, const Clock& clock, storage::ListReader& lists, Pool& blocking, Pool& cpu,
          int bcrypt_cost);

    /// Throws Error: kInvalidInput, kConflict when the name is taken.
    Awaitable<User> create(NewUser user);

    Awaitable<Page<User>> list(ListQuery query);

    /// Throws Error(kUserNotFound).
    Awaitable<User> find_by_username(std::string username);
    Awaitable<User> require(Uuid uuid);

    /// Throws Error(kUserNotFound).
    Awaitable<User> change(Uuid uuid, storage::UserChange change);

    /// G-codes and print jobs of the user keep the name. Throws Error: kUserNotFound, kConflict for the last
    /// administrator.
    Awaitable<void> remove(Uuid uuid);

    /// Throws Error: kUserNotFound, kInvalidInput.
    Awaitable<void> set_password(std::string username, std::string password);

    /// Creates an administrator if there are no users yet, and returns it; otherwise nullopt. If `password` is empty, a
    /// random one is used.
    Awaitable<std::optional<NewUser>> ensure_administrator(std::string username, std::string password);

  private:
    storage::UserRepository& users_;
    const Clock& clock_;
    storage::ListReader& lists_;
    Pool& blocking_;
    Pool& cpu_;
    int bcrypt_cost_;
};

/// bcrypt uses only this many bytes.
inline constexpr std::size_t kNewPasswordBytesMax = crypto::kPasswordBytesUsed;

/// Throws Error::invalid at `pointer` if it is empty or blank, too long, not valid UTF-8, or has invisible characters.
void check_username(const std::string& username, const std::string& pointer);
/// Throws Error::invalid at `pointer` if it is empty, longer than bcrypt uses, or contains NUL. Only for new passwords:
/// those of Karmen 0.0.13 may be longer.
void check_password(const std::string& password, const std::string& pointer);

}  // namespace karmen::identity
