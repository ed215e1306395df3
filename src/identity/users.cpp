#include "identity/users.hpp"

#include "base/characters.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/password.hpp"

#include <string_view>

namespace karmen::identity {

namespace {

constexpr std::size_t kRandomPasswordCharacters = 16;

/// REQUIRES: `first` and `last` have the same number of bytes. UTF-8 sorts as its characters do.
bool is_between(std::string_view character, std::string_view first, std::string_view last) {
    return character.size() == first.size() && character >= first && character <= last;
}

/// Blanks of any width, zero included (Unicode's White_Space, U+200B–U+200F, U+2060, U+FEFF).
bool is_blank(std::string_view character) {
    return character == " " || character == "\xC2\xA0" || character == "\xE1\x9A\x80" ||
           is_between(character, "\xE2\x80\x80", "\xE2\x80\x8F") ||
           is_between(character, "\xE2\x80\xA8", "\xE2\x80\xAF") ||
           is_between(character, "\xE2\x81\x9F", "\xE2\x81\xA0") || character == "\xE3\x80\x80" ||
           character == "\xEF\xBB\xBF";
}

Error user_not_found() {
    return {ErrorCode::kUserNotFound, PublicMessage{"There is no such user"}};
}

}  // namespace

void check_username(const std::string& username, const std::string& pointer) {
    if (username.empty()) throw Error::invalid(pointer, "must not be empty");
    if (!is_valid_utf8(username)) throw Error::invalid(pointer, "is not UTF-8");
    if (count_characters(username) > kUsernameMaxCharacters)
        throw Error::invalid(pointer, "must not be longer than 128 characters");
    bool is_seen = false;
    for (std::string_view rest = username; !rest.empty();) {
        const std::string_view character = rest.substr(0, character_length(rest));
        rest.remove_prefix(character.size());
        if (is_obeyed(character)) throw Error::invalid(pointer, "has a control character");
        is_seen = is_seen || !is_blank(character);
    }
    if (!is_seen) throw Error::invalid(pointer, "must not be blank");
}

void check_password(const std::string& password, const std::string& pointer) {
    if (password.empty()) throw Error::invalid(pointer, "must not be empty");
    // bcrypt would cut it, so its beginning alone would be enough to log in.
    if (password.size() > kNewPasswordBytesMax) throw Error::invalid(pointer, "must not be longer than 72 bytes");
    if (password.find('\0') != std::string::npos) throw Error::invalid(pointer, "has a NUL character");
}

Users::Users(storage::UserRepository& users, const Clock& clock, storage::ListReader& lists, Pool& blocking, Pool& cpu,
             int bcrypt_cost)
    : users_(users), clock_(clock), lists_(lists), blocking_(blocking), cpu_(cpu), bcrypt_cost_(bcrypt_cost) {}

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
    co_return co_await lists_.read(users_, std::move(query));
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

Awaitable<void> Users::remove(Uuid uuid) {
    using Removal = storage::UserRepository::Removal;
    const Removal removal = co_await offload(blocking_, [&] { return users_.remove(uuid); });
    if (removal == Removal::kNoSuchUser) throw user_not_found();
    if (removal == Removal::kLastAdministrator)
        throw Error(ErrorCode::kConflict, PublicMessage{"The last administrator cannot be deleted"});
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

}  // namespace karmen::identity
