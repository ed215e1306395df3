#include "storage/postgres_errors.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace karmen::storage {
namespace {

/// The first line, without what begins to quote: "invalid input syntax for type uuid: "…"", "Key (username)=(…)".
std::string without_values(std::string_view sqlstate, std::string_view message) {
    const std::size_t error = message.find("ERROR:");
    if (error != std::string_view::npos) message.remove_prefix(error);
    message = message.substr(0, message.find('\n'));
    // Class 22: data exceptions. Other messages quote names of tables and constraints.
    if (sqlstate.starts_with("22")) message = message.substr(0, message.find('"'));
    return std::string(sqlstate) + " " + to_valid_utf8(trim(message));
}

Error unavailable(LogDetail detail) {
    return {ErrorCode::kStorageUnavailable, PublicMessage{"The database is not available"}, std::move(detail)};
}

bool is_any_of(std::string_view sqlstate, std::initializer_list<std::string_view> states) {
    return std::ranges::find(states, sqlstate) != states.end();
}

/// The server is away, goes away, has no place left, or is one that must not be written to; a statement that was
/// prepared is not there any more or has become another one. A new connection is what helps.
bool needs_another_connection(std::string_view sqlstate) {
    return sqlstate == "     " || sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
           sqlstate.starts_with("53") || sqlstate.starts_with("58") || sqlstate.starts_with("XX") ||
           is_any_of(sqlstate, {"25006", "25P03", "26000", "0A000"});
}

}  // namespace

Error postgres_error(std::string_view sqlstate, const std::string& message) {
    const LogDetail detail{without_values(sqlstate, message)};
    if (sqlstate == "23505") return {ErrorCode::kConflict, PublicMessage{"It exists already"}, detail};
    if (sqlstate == "53100") return {ErrorCode::kDiskFull, PublicMessage{"The disk of the database is full"}, detail};
    // A statement that took too long, a lock that was not given in time, a deadlock, a conflict of transactions.
    if (is_any_of(sqlstate, {"57014", "55P03", "40P01", "40001"}))
        return {ErrorCode::kOverloaded, PublicMessage{"The database took too long"}, detail};
    if (sqlstate == "2201B")
        return Error::invalid("/filter", "is not a regular expression that the database can work with");
    if (is_any_of(sqlstate, {"22021", "22P05"}))
        return {ErrorCode::kInvalidInput, PublicMessage{"A text has characters that cannot be stored"}, detail};
    if (sqlstate == "22001") return {ErrorCode::kInvalidInput, PublicMessage{"A text is too long"}, detail};
    if (needs_another_connection(sqlstate)) return unavailable(detail);
    return {ErrorCode::kInternal, PublicMessage{"The database refused a request"}, detail};
}

Error postgres_unreachable(const std::string& message) {
    std::string text(trim(message));
    std::ranges::replace(text, '\n', ' ');
    return unavailable(LogDetail{to_valid_utf8(text)});
}

}  // namespace karmen::storage
