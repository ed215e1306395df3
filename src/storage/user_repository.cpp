#include "storage/user_repository.hpp"

#include "base/text.hpp"
#include "storage/list_sql.hpp"
#include "storage/text_array.hpp"

#include <fmt/format.h>

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 6> kUserColumns{"users.uuid",      "users.username",  "users.role",
                                                       "users.suspended", "users.providers", "users.created"};

constexpr std::array<std::string_view, 10> kAccountColumns{"users.uuid",
                                                           "users.username",
                                                           "users.role",
                                                           "users.suspended",
                                                           "users.providers",
                                                           "users.created",
                                                           "local_users.user_uuid",
                                                           "local_users.pwd_hash",
                                                           "local_users.force_pwd_change",
                                                           "local_users.password_generation"};

constexpr std::string_view kAccountTables = "FROM users LEFT JOIN local_users ON local_users.user_uuid = users.uuid";

constexpr std::array<ListColumn, 5> kListColumns{{
    {.name = "uuid", .expression = "users.uuid", .kind = ColumnKind::kUuid},
    {.name = "username", .expression = "users.username"},
    {.name = "role", .expression = "users.role"},
    {.name = "suspended",
     .expression = "users.suspended",
     .kind = ColumnKind::kBoolean,
     .ordering = ListColumn::Ordering::kIgnored},
    {.name = "created", .expression = "users.created", .kind = ColumnKind::kTimestamp},
}};

constexpr ListSpec kList{kUserColumns, "users", kListColumns};

User read_user(Row& row) {
    User user;
    user.uuid = row.uuid();
    user.username = row.text();
    user.role = parse_role(row.text()).value_or(Role::kUser);
    user.suspended = row.boolean();
    user.providers = from_text_array(row.optional_text());
    user.created = row.timestamp();
    return user;
}

Account read_account(Row& row) {
    Account account{read_user(row), std::nullopt};
    const auto user = row.optional_uuid();
    if (!user) return account;
    LocalUser& local = account.local.emplace();
    local.user = *user;
    local.password_hash = row.text();
    local.force_password_change = row.boolean();
    local.password_generation = row.integer();
    return account;
}

}  // namespace

void UserRepository::create(const User& user, const LocalUser& local) {
    Session session = database_.lease();
    Transaction transaction(session);
    session.execute(
        "INSERT INTO users (uuid, username, role, suspended, providers, created) "
        "VALUES (:uuid, :username, :role, :suspended, :providers, :created)",
        {user.uuid, user.username, to_string(user.role), user.suspended, to_text_array(user.providers), user.created});
    session.execute(
        "INSERT INTO local_users (user_uuid, pwd_hash, force_pwd_change, password_generation) "
        "VALUES (:uuid, :hash, :force, :generation)",
        {local.user, local.password_hash, local.force_password_change, local.password_generation});
    transaction.commit();
}

std::optional<User> UserRepository::find(const Uuid& uuid) {
    static const Sql kSql = select(kUserColumns, "FROM users WHERE uuid = :uuid");
    return database_.lease().one(kSql, {uuid}, read_user);
}

std::optional<User> UserRepository::find_by_username(std::string_view username) {
    static const Sql kSql = select(kUserColumns, "FROM users WHERE username = :username");
    return database_.lease().one(kSql, {username}, read_user);
}

std::optional<Account> UserRepository::find_with_local(const Uuid& uuid) {
    static const Sql kSql = select(kAccountColumns, std::string(kAccountTables) + " WHERE users.uuid = :uuid");
    return database_.lease().one(kSql, {uuid}, read_account);
}

std::optional<Account> UserRepository::find_with_local_by_username(std::string_view username) {
    static const Sql kSql = select(kAccountColumns, std::string(kAccountTables) + " WHERE users.username = :username");
    return database_.lease().one(kSql, {username}, read_account);
}

bool UserRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

Page<User> UserRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_user);
}

std::int64_t UserRepository::count() {
    static const Sql kSql = select({"COUNT(*)"}, "FROM users");
    return database_.lease().only(kSql, {}, [](Row& row) { return row.integer(); });
}

std::int64_t UserRepository::count_able_to_log_in(Role role) {
    static const Sql kSql = select({"COUNT(*)"},
                                   "FROM users JOIN local_users ON local_users.user_uuid = users.uuid "
                                   "WHERE users.role = :role AND NOT users.suspended");
    return database_.lease().only(kSql, {to_string(role)}, [](Row& row) { return row.integer(); });
}

std::optional<int> UserRepository::highest_password_cost(int at_most) {
    // `$2b$12$…`: two digits, so that the order of texts is the order of numbers.
    static const Sql kSql = select({"MAX(SUBSTR(pwd_hash, 5, 2))"},
                                   "FROM local_users WHERE pwd_hash LIKE '$2_$__$%' "
                                   "AND SUBSTR(pwd_hash, 5, 2) BETWEEN '04' AND :at_most");
    const auto digits = database_.lease().only(kSql, {fmt::format("{:02}", at_most)},
                                               [](Row& row) { return row.optional_text().value_or(""); });
    const auto cost = parse_int(digits);
    return cost ? std::optional(static_cast<int>(*cost)) : std::nullopt;
}

std::optional<User> UserRepository::update(const Uuid& uuid, const UserChange& change) {
    static const Sql kSql = returning(
        "UPDATE users SET role = COALESCE(:role, role), suspended = COALESCE(:suspended, suspended) WHERE uuid = :uuid",
        {"uuid", "username", "role", "suspended", "providers", "created"});
    std::optional<std::string_view> role;
    if (change.role) role = to_string(*change.role);
    return database_.lease().one(kSql, {role, change.suspended, uuid}, read_user);
}

std::optional<std::int64_t> UserRepository::set_password(const Uuid& uuid, const std::string& password_hash,
                                                         NextLogin next_login) {
    static const Sql kSql = returning(
        "UPDATE local_users SET pwd_hash = :hash, force_pwd_change = :force, "
        "password_generation = password_generation + 1 WHERE user_uuid = :uuid",
        {"password_generation"});
    return database_.lease().one(kSql, {password_hash, next_login == NextLogin::kMustChangePassword, uuid},
                                 [](Row& row) { return row.integer(); });
}

void UserRepository::replace_password_hash(const Uuid& uuid, const std::string& old_hash, const std::string& new_hash) {
    database_.lease().execute(
        "UPDATE local_users SET pwd_hash = :new_hash WHERE user_uuid = :uuid AND pwd_hash = :old_hash",
        {new_hash, uuid, old_hash});
}

}  // namespace karmen::storage
