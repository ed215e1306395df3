#include "storage/tables/session_repository.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 7> kColumns{"id",      "user_uuid", "created", "last_used",
                                                   "expires", "address",   "agent"};

LoginSession read_session(Row& row) {
    LoginSession session;
    session.id = row.uuid();
    session.user = row.uuid();
    session.created = row.timestamp();
    session.last_used = row.timestamp();
    session.expires = row.timestamp();
    session.address = row.text();
    session.agent = row.text();
    return session;
}

bool has_password_of(Session& session, const Uuid& user, std::int64_t generation) {
    static const Sql kSql = select({"password_generation"}, "FROM local_users WHERE user_uuid = :user");
    return session.one(kSql, {{"user", user}}, [](Row& row) { return row.integer(); }) == generation;
}

}  // namespace

bool SessionRepository::create(const LoginSession& login, std::int64_t password_generation, std::size_t per_user_max) {
    Session session = database_.lease();
    Transaction transaction(session);
    // Transactions come one after the other: a change of the password ends this session, or is seen here.
    if (!has_password_of(session, login.user, password_generation)) return false;
    session.execute(
        "INSERT INTO sessions (id, user_uuid, created, last_used, expires, address, agent) "
        "VALUES (:id, :user, :created, :last_used, :expires, :address, :agent)",
        {{"id", login.id},
         {"user", login.user},
         {"created", login.created},
         {"last_used", login.last_used},
         {"expires", login.expires},
         {"address", login.address},
         {"agent", login.agent}});
    session.execute(
        "DELETE FROM sessions WHERE user_uuid = :user AND id <> :new AND id NOT IN (SELECT id FROM sessions "
        "WHERE user_uuid = :user AND id <> :new ORDER BY last_used DESC, id LIMIT :others)",
        {{"user", login.user}, {"new", login.id}, {"others", per_user_max - 1}});
    transaction.commit();
    return true;
}

std::vector<LoginSession> SessionRepository::list(const Uuid& user, Timestamp now) {
    static const Sql kSql =
        select(kColumns, "FROM sessions WHERE user_uuid = :user AND expires >= :now ORDER BY last_used DESC, id");
    return database_.lease().all(kSql, {{"user", user}, {"now", now}}, read_session);
}

std::optional<LoginSession> SessionRepository::find(const Uuid& id) {
    static const Sql kSql = select(kColumns, "FROM sessions WHERE id = :id");
    return database_.lease().one(kSql, {{"id", id}}, read_session);
}

bool SessionRepository::end(const Uuid& user, const Uuid& id) {
    return database_.lease().execute("DELETE FROM sessions WHERE id = :id AND user_uuid = :user",
                                     {{"id", id}, {"user", user}}) > 0;
}

std::int64_t SessionRepository::end_all(const Uuid& user) {
    return database_.lease().execute("DELETE FROM sessions WHERE user_uuid = :user", {{"user", user}});
}

void SessionRepository::mark_used(const std::vector<Use>& uses) {
    Session session = database_.lease();
    Transaction transaction(session);
    for (const Use& use : uses)
        session.execute("UPDATE sessions SET last_used = :at WHERE id = :id AND last_used < :at",
                        {{"at", use.at}, {"id", use.session}});
    transaction.commit();
}

std::int64_t SessionRepository::remove_expired(Timestamp before) {
    return database_.lease().execute("DELETE FROM sessions WHERE expires < :before", {{"before", before}});
}

}  // namespace karmen::storage
