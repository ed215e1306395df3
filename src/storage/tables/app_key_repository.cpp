#include "storage/tables/app_key_repository.hpp"

#include <array>
#include <utility>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 10> kColumns{"id",    "host",   "protocol", "tls_fingerprint", "printer_id",
                                                    "state", "reason", "created",  "ended",           "api_key"};

struct Stored {
    AppKeyRequest request;
    std::optional<std::string> api_key;
};

Stored read_stored(Row& row) {
    AppKeyRequest request;
    request.id = row.uuid();
    request.host = row.text();
    request.protocol = from_word<Protocol>(row.text()).value_or(Protocol::kHttp);
    request.tls_fingerprint = row.text();
    request.printer = row.optional_uuid();
    request.state = from_word<AppKeyState>(row.text()).value_or(AppKeyState::kFailed);
    request.reason = row.text();
    request.created = row.timestamp();
    request.ended = row.optional_timestamp();
    auto api_key = row.optional_text();
    request.is_stored = request.state == AppKeyState::kGranted && !api_key;
    return {std::move(request), std::move(api_key)};
}

std::optional<Stored> find_stored(Session session, const Uuid& id) {
    static const Sql kSql = select(kColumns, "FROM app_key_requests WHERE id = :id");
    return session.one(kSql, {{"id", id}}, read_stored);
}

}  // namespace

void AppKeyRepository::insert(const AppKeyRequest& request, Timestamp lease_end) {
    database_.lease().execute(
        "INSERT INTO app_key_requests (id, host, protocol, tls_fingerprint, printer_id, state, reason, created, "
        "lease_end) VALUES (:id, :host, :protocol, :tls_fingerprint, :printer_id, :state, :reason, :created, "
        ":lease_end)",
        {{"id", request.id},
         {"host", request.host},
         {"protocol", to_string(request.protocol)},
         {"tls_fingerprint", request.tls_fingerprint},
         {"printer_id", request.printer},
         {"state", to_string(request.state)},
         {"reason", request.reason},
         {"created", request.created},
         {"lease_end", lease_end}});
}

bool AppKeyRepository::renew(const Uuid& id, Timestamp lease_end) {
    return database_.lease().execute(
               "UPDATE app_key_requests SET lease_end = :lease_end WHERE id = :id AND state = 'pending'",
               {{"lease_end", lease_end}, {"id", id}}) > 0;
}

bool AppKeyRepository::end(const Uuid& id, const End& end) {
    return database_.lease().execute(
               "UPDATE app_key_requests SET state = :state, reason = :reason, api_key = :api_key, ended = :ended "
               "WHERE id = :id AND state = 'pending'",
               {{"state", to_string(end.state)},
                {"reason", end.reason},
                {"api_key", end.api_key},
                {"ended", end.time},
                {"id", id}}) > 0;
}

void AppKeyRepository::expire_lost(Timestamp now) {
    database_.lease().execute(
        "UPDATE app_key_requests SET state = 'expired', reason = 'Karmen was restarted while it waited', ended = "
        "lease_end WHERE state = 'pending' AND lease_end <= :now",
        {{"now", now}});
}

std::optional<AppKeyRequest> AppKeyRepository::find(const Uuid& id) {
    auto stored = find_stored(database_.lease(), id);
    return stored ? std::optional(std::move(stored->request)) : std::nullopt;
}

std::optional<AppKeyRepository::Granted> AppKeyRepository::unused(const Uuid& id) {
    auto stored = find_stored(database_.lease(), id);
    if (!stored || stored->request.state != AppKeyState::kGranted || !stored->api_key) return std::nullopt;
    return Granted{std::move(stored->request), *std::move(stored->api_key)};
}

void AppKeyRepository::note_stored(const Uuid& id, const Uuid& printer) {
    database_.lease().execute(
        "UPDATE app_key_requests SET printer_id = :printer_id, api_key = NULL WHERE id = :id AND state = 'granted'",
        {{"printer_id", printer}, {"id", id}});
}

void AppKeyRepository::clean(Timestamp oldest) {
    database_.lease().execute("DELETE FROM app_key_requests WHERE created < :oldest", {{"oldest", oldest}});
}

}  // namespace karmen::storage
