#include "storage/tables/user_repository.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "storage/list_sql.hpp"
#include "storage/tables/text_array.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

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
    user.role = from_word<Role>(row.text()).value_or(Role::kUser);
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

/// Accounts that have no key, by the key that they would have.
std::map<std::string, std::vector<User>> without_key(Session& session) {
    static const Sql kSql = select(kUserColumns, "FROM users WHERE name_key IS NULL ORDER BY username");
    std::map<std::string, std::vector<User>> found;
    session.each(kSql, {}, [&](Row& row) {
        User user = read_user(row);
        std::string key = fold_name(user.username);
        found[std::move(key)].push_back(std::move(user));
    });
    return found;
}

bool has_key(Session& session, const std::string& key) {
    static const Sql kSql = select({"uuid"}, "FROM users WHERE name_key = :key");
    return session.one(kSql, {{"key", key}}, [](Row& row) { return row.uuid(); }).has_value();
}

void end_sessions(Session& session, const Uuid& user, const std::optional<Uuid>& kept) {
    session.execute("DELETE FROM sessions WHERE user_uuid = :user AND id <> :kept",
                    {{"user", user}, {"kept", kept.value_or(Uuid{})}});
}

/// Access and refresh tokens from before there were sessions carry the generation.
void end_tokens_without_session(Session& session, const Uuid& user) {
    session.execute("UPDATE local_users SET password_generation = password_generation + 1 WHERE user_uuid = :user",
                    {{"user", user}});
}

bool is_last_administrator(Session& session, const Uuid& user) {
    static const Sql kSql = select({"uuid"},
                                   "FROM users JOIN local_users ON local_users.user_uuid = users.uuid "
                                   "WHERE users.role = 'admin' AND NOT users.suspended");
    const auto administrators = session.all(kSql, {}, [](Row& row) { return row.uuid(); });
    return administrators.size() == 1 && administrators.front() == user;
}

}  // namespace

void UserRepository::create(const User& user, const LocalUser& local) {
    const std::string key = fold_name(user.username);
    Session session = database_.lease();
    Transaction transaction(session);
    if (without_key(session).contains(key))
        throw Error(ErrorCode::kConflict, PublicMessage{"A user of that name exists already"});
    session.execute(
        "INSERT INTO users (uuid, username, name_key, role, suspended, providers, created) "
        "VALUES (:uuid, :username, :name_key, :role, :suspended, :providers, :created)",
        {{"uuid", user.uuid},
         {"username", user.username},
         {"name_key", key},
         {"role", to_string(user.role)},
         {"suspended", user.suspended},
         {"providers", to_text_array(user.providers)},
         {"created", user.created}});
    session.execute(
        "INSERT INTO local_users (user_uuid, pwd_hash, force_pwd_change, password_generation) "
        "VALUES (:uuid, :hash, :force, :generation)",
        {{"uuid", local.user},
         {"hash", local.password_hash},
         {"force", local.force_password_change},
         {"generation", local.password_generation}});
    transaction.commit();
}

std::optional<User> UserRepository::find(const Uuid& uuid) {
    static const Sql kSql = select(kUserColumns, "FROM users WHERE uuid = :uuid");
    return database_.lease().one(kSql, {{"uuid", uuid}}, read_user);
}

std::optional<User> UserRepository::find_by_username(std::string_view username) {
    static const Sql kSql = select(kUserColumns, "FROM users WHERE username = :username");
    return database_.lease().one(kSql, {{"username", username}}, read_user);
}

std::optional<Account> UserRepository::find_with_local(const Uuid& uuid) {
    static const Sql kSql = select(kAccountColumns, std::string(kAccountTables) + " WHERE users.uuid = :uuid");
    return database_.lease().one(kSql, {{"uuid", uuid}}, read_account);
}

std::optional<Account> UserRepository::find_with_local_by_username(std::string_view username) {
    static const Sql kSql = select(kAccountColumns, std::string(kAccountTables) + " WHERE users.username = :username");
    return database_.lease().one(kSql, {{"username", username}}, read_account);
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
    return database_.lease().only(kSql, {{"role", to_string(role)}}, [](Row& row) { return row.integer(); });
}

std::optional<int> UserRepository::highest_password_cost(int at_most) {
    // `$2b$12$…`: two digits, so that the order of texts is the order of numbers.
    static const Sql kSql = select({"MAX(SUBSTR(pwd_hash, 5, 2))"},
                                   "FROM local_users WHERE pwd_hash LIKE '$2_$__$%' "
                                   "AND SUBSTR(pwd_hash, 5, 2) BETWEEN '04' AND :at_most");
    const auto digits = database_.lease().only(kSql, {{"at_most", fmt::format("{:02}", at_most)}},
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
    Session session = database_.lease();
    Transaction transaction(session);
    auto changed = session.one(kSql, {{"role", role}, {"suspended", change.suspended}, {"uuid", uuid}}, read_user);
    if (change.suspended == true) {
        end_sessions(session, uuid, std::nullopt);
        end_tokens_without_session(session, uuid);
    }
    transaction.commit();
    return changed;
}

std::optional<std::int64_t> UserRepository::set_password(const Uuid& uuid, const std::string& password_hash,
                                                         NextLogin next_login,
                                                         const std::optional<Uuid>& kept_session) {
    static const Sql kSql = returning(
        "UPDATE local_users SET pwd_hash = :hash, force_pwd_change = :force, "
        "password_generation = password_generation + 1 WHERE user_uuid = :uuid",
        {"password_generation"});
    Session session = database_.lease();
    Transaction transaction(session);
    const auto generation = session.one(
        kSql, {{"hash", password_hash}, {"force", next_login == NextLogin::kMustChangePassword}, {"uuid", uuid}},
        [](Row& row) { return row.integer(); });
    end_sessions(session, uuid, kept_session);
    transaction.commit();
    return generation;
}

UserRepository::Removal UserRepository::remove(const Uuid& uuid) {
    static const Sql kName = select({"username"}, "FROM users WHERE uuid = :uuid");
    Session session = database_.lease();
    Transaction transaction(session);
    const auto name = session.one(kName, {{"uuid", uuid}}, [](Row& row) { return row.text(); });
    if (!name) return Removal::kNoSuchUser;
    if (is_last_administrator(session, uuid)) return Removal::kLastAdministrator;
    for (const char* table : {"gcodes", "printjobs"})
        session.execute(fmt::format("UPDATE {} SET deleted_username = :name WHERE user_uuid = :uuid", table),
                        {{"name", *name}, {"uuid", uuid}});
    session.execute("DELETE FROM users WHERE uuid = :uuid", {{"uuid", uuid}});
    transaction.commit();
    return Removal::kDone;
}

void UserRepository::fold_names() {
    Session session = database_.lease();
    Transaction transaction(session);
    for (const auto& [key, users] : without_key(session))
        if (users.size() == 1 && !has_key(session, key))
            session.execute("UPDATE users SET name_key = :key WHERE uuid = :uuid",
                            {{"key", key}, {"uuid", users.front().uuid}});
    transaction.commit();
}

std::vector<std::vector<std::string>> UserRepository::colliding_names() {
    Session session = database_.lease();
    std::vector<std::vector<std::string>> groups;
    static const Sql kKeeper = select({"username"}, "FROM users WHERE name_key = :key");
    for (const auto& [key, users] : without_key(session)) {
        std::vector<std::string> names = session.all(kKeeper, {{"key", key}}, [](Row& row) { return row.text(); });
        for (const User& user : users) names.push_back(user.username);
        if (names.size() > 1) groups.push_back(std::move(names));
    }
    return groups;
}

void UserRepository::replace_password_hash(const Uuid& uuid, const std::string& old_hash, const std::string& new_hash) {
    database_.lease().execute(
        "UPDATE local_users SET pwd_hash = :new_hash WHERE user_uuid = :uuid AND pwd_hash = :old_hash",
        {{"new_hash", new_hash}, {"uuid", uuid}, {"old_hash", old_hash}});
}

}  // namespace karmen::storage
