#include "storage/tables/app_key_repository.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 10> kColumns{"id",    "host",   "protocol", "tls_fingerprint", "printer_id",
                                                    "state", "reason", "created",  "ended",           "api_key"};

AppKeyRequest read_request(Row& row) {
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
    request.is_stored = request.state == AppKeyState::kGranted && !row.optional_text();
    return request;
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
    static const Sql kSql = select(kColumns, "FROM app_key_requests WHERE id = :id");
    return database_.lease().one(kSql, {{"id", id}}, read_request);
}

std::optional<std::string> AppKeyRepository::unused_key(const Uuid& id) {
    static const Sql kSql =
        select({"api_key"}, "FROM app_key_requests WHERE id = :id AND state = 'granted' AND api_key IS NOT NULL");
    return database_.lease().one(kSql, {{"id", id}}, [](Row& row) { return row.text(); });
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
