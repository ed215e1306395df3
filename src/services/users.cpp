#include "services/users.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/password.hpp"

#include <algorithm>

namespace karmen::services {

namespace {

/// Far above what bcrypt looks at, and far below what would cost time.
constexpr std::size_t kPasswordBytesMax = 1024;
constexpr std::size_t kRandomPasswordCharacters = 16;

Error user_not_found() {
    return {ErrorCode::kUserNotFound, PublicMessage{"There is no such user"}};
}

}  // namespace

void check_username(const std::string& username, const std::string& pointer) {
    if (username.empty()) throw Error::invalid(pointer, "must not be empty");
    if (!is_valid_utf8(username)) throw Error::invalid(pointer, "is not UTF-8");
    if (count_characters(username) > kUsernameMaxCharacters)
        throw Error::invalid(pointer, "must not be longer than 128 characters");
    if (std::ranges::any_of(username, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        throw Error::invalid(pointer, "has a control character");
}

void check_password(const std::string& password, const std::string& pointer) {
    if (password.empty()) throw Error::invalid(pointer, "must not be empty");
    if (password.size() > kPasswordBytesMax) throw Error::invalid(pointer, "must not be longer than 1024 bytes");
    if (password.find('\0') != std::string::npos) throw Error::invalid(pointer, "has a NUL character");
}

Users::Users(storage::UserRepository& users, const Clock& clock, Pool& blocking, Pool& cpu, int bcrypt_cost)
    : users_(users), clock_(clock), blocking_(blocking), cpu_(cpu), bcrypt_cost_(bcrypt_cost) {}

Awaitable<User> Users::create(NewUser user) {
    check_username(user.username, "/username");
    check_password(user.password, "/password");
    const std::string hash = co_await offload(cpu_, [&] { return crypto::hash_password(user.password, bcrypt_cost_); });
    const User created{.uuid = Uuid::random(), .username = user.username, .role = user.role, .created = clock_.now()};
    const LocalUser local{.user = created.uuid, .password_hash = hash, .force_password_change = true};
    try {
        co_await offload(blocking_, [&] { users_.create(created, local); });
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kConflict) throw;
        throw Error(ErrorCode::kConflict, PublicMessage{"A user of that name exists already"});
    }
    co_return created;
}

Awaitable<Page<User>> Users::list(ListQuery query) {
    co_return co_await offload(blocking_, [&] { return users_.list(query); });
}

Awaitable<User> Users::find_by_username(std::string username) {
    auto found = co_await offload(blocking_, [&] { return users_.find_by_username(username); });
    if (!found) throw user_not_found();
    co_return std::move(*found);
}

Awaitable<User> Users::require(Uuid uuid) {
    auto found = co_await offload(blocking_, [&] { return users_.find(uuid); });
    if (!found) throw user_not_found();
    co_return std::move(*found);
}

Awaitable<User> Users::change(Uuid uuid, storage::UserChange change) {
    auto changed = co_await offload(blocking_, [&] { return users_.update(uuid, change); });
    if (!changed) throw user_not_found();
    co_return std::move(*changed);
}

Awaitable<void> Users::set_password(std::string username, std::string password) {
    check_password(password, "/password");
    const User user = co_await find_by_username(std::move(username));
    const std::string hash = co_await offload(cpu_, [&] { return crypto::hash_password(password, bcrypt_cost_); });
    const auto generation = co_await offload(
        blocking_, [&] { return users_.set_password(user.uuid, hash, storage::NextLogin::kMustChangePassword); });
    if (!generation) throw user_not_found();
}

Awaitable<std::optional<NewUser>> Users::ensure_administrator(std::string username, std::string password) {
    const auto count = co_await offload(blocking_, [this] { return users_.count(); });
    if (count > 0) co_return std::nullopt;
    NewUser administrator{
        .username = std::move(username),
        .password = password.empty() ? random_password(kRandomPasswordCharacters) : std::move(password),
        .role = Role::kAdmin};
    try {
        co_await create(administrator);
    } catch (const Error& error) {
        // Another process was faster.
        if (error.code() == ErrorCode::kConflict) co_return std::nullopt;
        throw;
    }
    co_return administrator;
}

}  // namespace karmen::services
