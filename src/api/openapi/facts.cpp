#include "api/openapi/facts.hpp"

#include "http/sse.hpp"

#include <algorithm>
#include <iterator>

namespace karmen::api {

namespace {

using enum ErrorCode;
using enum QueryFacts;

constexpr std::string_view kOwners = "Owners may, and administrators.";

constexpr std::string_view kBinary = "application/octet-stream";

constexpr std::string_view kLogin =
    "The body has at most 16 KiB. Of a password the first 72 bytes are compared. 429: this address, or this user at "
    "this address, comes too often or has failed too often; an IPv6 address counts as its /64 network. 503: the server "
    "is busy for all.";

constexpr std::string_view kProof =
    "As `authenticate`. If the request carries a good token of the same user, access or refresh, the new token belongs "
    "to its "
    "session: after a change of the password that session goes on.";

constexpr std::string_view kEndOfSession = "Its access and refresh tokens stop working; its streams end.";

constexpr std::string_view kWebcam =
    "JPEG pictures one after another, for `<img src>`; flipping and turning them is left to the viewer. One connection "
    "to "
    "the camera serves all viewers; who reads slowly misses pictures. Whether the user "
    "still may watch is checked again and again (`auth.stream_check_interval`; without an answer of the database the "
    "stream goes on for `auth.stream_unchecked_max`), but a stream is not cut when its "
    "access "
    "token expires. A "
    "camera that breaks off is connected again while the last picture stays; the stream ends when that takes longer "
    "than "
    "`webcam.outage_max`, when the printer is removed or when its webcam is switched off. `webcam_failed`: the camera "
    "cannot be reached, or sends neither MJPEG nor JPEG; `overloaded`: too many viewers.";

constexpr std::string_view kSnapshot =
    "The newest picture of the stream, or the next one if that is older than `webcam.snapshot_max_age`. All who ask at "
    "the same time cause one connection to the camera. Pictures are made in eight sizes, eighths of the camera's own. "
    "`webcam_failed`: the camera cannot be reached, sends no pictures, or one that cannot be scaled.";

constexpr std::string_view kThumbnail =
    "A picture that the slicer put into the file, as it stands there; QOI becomes PNG. `has_thumbnail` of the g-code "
    "says whether there is one. `thumbnail_not_found`: there is none, or none of this size; `thumbnail_unreadable`: "
    "what stands there is broken, or above `files.thumbnail_max_bytes` or `files.thumbnail_max_pixels`.";

constexpr std::string_view kEvents =
    "Server-sent events, for EventSource. `printer`, `gcode` and `printjob` have the row as the lists have it, a "
    "printer "
    "with status, webcam and job; `printer-removed` has `host`, `gcode-removed` (its print jobs are not available any "
    "more either) and `printjob-removed` have `id`. The first event is `reset`: from here on events come, so now read "
    "the lists. It comes again when events were missed. A client that comes back with Last-Event-ID gets what it "
    "missed. Whether the user still may follow is checked again and again (`auth.stream_check_interval`; without an "
    "answer of the database the stream goes on for `auth.stream_unchecked_max`), but a stream "
    "is not cut when its access token expires. `overloaded`: too many followers.";

std::vector<OperationFacts> server_facts() {
    return {
        {.method = "GET", .path = "/", .answers = {{200, "ServerInfo"}}},
        {.method = "GET", .path = "/health/live", .answers = {{200, "Health"}}},
        {.method = "GET",
         .path = "/health/ready",
         .answers = {{200, "Health"}},
         .errors = {kNotReady},
         .note = "`not_ready` says in `errors` which of `database`, `queue` and `disk` does not work."},
        {.method = "GET",
         .path = "/events",
         .answers = {{200, "EventStream", http::kEventStreamType}},
         .query = kEventPosition,
         .note = kEvents},
        {.method = "GET",
         .path = "/openapi.json",
         .answers = {{.status = 200, .schema = "Document", .headers = {"ETag"}}, {.status = 304, .headers = {"ETag"}}}},
        {.method = "GET",
         .path = "/docs",
         .answers = {{200, "File", "text/html", {"ETag"}}, {.status = 304, .headers = {"ETag"}}}},
        {.method = "GET",
         .path = "/docs/{file}",
         .answers = {{200, "File", "text/css", {"ETag"}},
                     {200, "File", "text/javascript", {"ETag"}},
                     {.status = 304, .headers = {"ETag"}}},
         .errors = {kNotFound}}};
}

std::vector<OperationFacts> account_facts() {
    return {
        {.method = "POST",
         .path = "/users/me/authenticate",
         .answers = {{200, "Tokens"}},
         .body = {"Credentials"},
         .errors = {kWrongCredentials, kUserSuspended, kTooManyRequests, kServiceUnavailable},
         .note = kLogin},
        {.method = "POST",
         .path = "/users/me/authenticate-fresh",
         .answers = {{200, "AccessToken"}},
         .body = {"Credentials"},
         .errors = {kWrongCredentials, kUserSuspended, kTooManyRequests, kServiceUnavailable},
         .note = kProof},
        {.method = "POST", .path = "/users/me/authenticate-refresh", .answers = {{200, "AccessToken"}}},
        {.method = "GET", .path = "/users/me/probe", .answers = {{200, "Probe"}}},
        {.method = "PATCH",
         .path = "/users/me",
         .answers = {{200, "AccessToken"}},
         .body = {"PasswordChange"},
         .errors = {kTooManyRequests, kServiceUnavailable, kDiskFull},
         .note =
             "All other sessions of the user end: their access and refresh tokens stop working. The session that makes "
             "the change goes on, with its refresh token too."},
        {.method = "GET", .path = "/users/me/tokens", .answers = {{200, "ApiTokenList"}}},
        {.method = "POST",
         .path = "/users/me/tokens",
         .answers = {{201, "NewApiToken"}},
         .body = {"ApiTokenRequest"},
         .errors = {kDiskFull}},
        {.method = "DELETE",
         .path = "/users/me/tokens/{jti}",
         .answers = {{204}},
         .errors = {kTokenNotFound, kNotOwner, kDiskFull}},
        {.method = "GET",
         .path = "/users/me/sessions",
         .answers = {{200, "SessionList"}},
         .note = "A session is what a log-in began. `last_used` is exact to a minute."},
        {.method = "DELETE",
         .path = "/users/me/sessions/{session}",
         .answers = {{204}},
         .errors = {kSessionNotFound, kDiskFull},
         .note = kEndOfSession},
        {.method = "POST",
         .path = "/users/me/logout",
         .answers = {{204}},
         .errors = {kConflict, kDiskFull},
         .note =
             "The access and refresh tokens of this log-in stop working. `conflict`: the token came from no log-in, as "
             "API tokens do."},
        {.method = "GET", .path = "/users", .answers = {{200, "UserPage"}}, .query = kList},
        {.method = "POST",
         .path = "/users",
         .answers = {{201, "User"}},
         .body = {"NewUser"},
         .errors = {kConflict, kDiskFull}},
        {.method = "PATCH",
         .path = "/users/{uuid}",
         .answers = {{200, "User"}},
         .body = {"UserChange"},
         .errors = {kUserNotFound, kConflict, kDiskFull},
         .note = "Suspension ends all sessions of the account for good; API tokens work again after it."},
        {.method = "DELETE",
         .path = "/users/{uuid}",
         .answers = {{204}},
         .errors = {kUserNotFound, kConflict, kDiskFull},
         .note =
             "Its sessions and API tokens end with it; its g-codes and print jobs stay, and keep its name. `conflict`: "
             "nobody can delete the own account or the last administrator."},
        {.method = "GET",
         .path = "/users/{uuid}/sessions",
         .answers = {{200, "SessionList"}},
         .errors = {kUserNotFound}},
        {.method = "DELETE",
         .path = "/users/{uuid}/sessions",
         .answers = {{204}},
         .errors = {kUserNotFound, kDiskFull},
         .note = kEndOfSession},
    };
}

std::vector<OperationFacts> printer_facts() {
    return {
        {.method = "GET", .path = "/printers", .answers = {{200, "PrinterList"}}, .query = kPrinterFields},
        {.method = "POST",
         .path = "/printers",
         .answers = {{201, "Printer"}},
         .body = {"NewPrinter"},
         .errors = {kConflict, kDiskFull}},
        {.method = "GET",
         .path = "/printers/{host}",
         .answers = {{200, "Printer"}},
         .query = kPrinterFields,
         .errors = {kPrinterNotFound}},
        {.method = "PATCH",
         .path = "/printers/{host}",
         .answers = {{200, "Printer"}},
         .body = {"PrinterChange"},
         .errors = {kPrinterNotFound, kDiskFull},
         .note = "A body without any of these members changes nothing; an empty one is refused."},
        {.method = "DELETE", .path = "/printers/{host}", .answers = {{204}}, .errors = {kPrinterNotFound, kDiskFull}},
        {.method = "POST",
         .path = "/printers/{host}/connection",
         .answers = {{204}},
         .body = {"ConnectionChange"},
         .errors = {kPrinterNotFound, kRoleRequired, kPrinterFailed},
         .note = kOperators},
        {.method = "POST",
         .path = "/printers/{host}/current-job",
         .answers = {{204}},
         .body = {"JobCommand"},
         .errors = {kPrinterNotFound, kRoleRequired, kPrinterRefused},
         .note = kOperators},
        {.method = "GET",
         .path = "/printers/{host}/snapshot",
         .answers = {{200, "File", "image/jpeg", {"ETag", "Age"}}, {.status = 304, .headers = {"ETag", "Age"}}},
         .query = kSnapshotWidth,
         .errors = {kPrinterNotFound, kWebcamNotAvailable, kWebcamFailed},
         .note = kSnapshot},
        {.method = "GET",
         .path = "/proxied-webcam/{host}",
         .answers = {{200, "File", "multipart/x-mixed-replace"}},
         .errors = {kPrinterNotFound, kWebcamNotAvailable, kWebcamFailed},
         .note = kWebcam},
    };
}

constexpr std::string_view kPrint =
    "`gcode_not_printable`: printers of this kind do not take files of this format, such as OctoPrint `.bgcode`; "
    "`message` says so, and nothing was sent. `printer_not_operational`: the printer cannot start a print now.";

std::vector<OperationFacts> print_facts() {
    return {
        {.method = "GET", .path = "/gcodes", .answers = {{200, "GcodePage"}}, .query = kList},
        {.method = "POST",
         .path = "/gcodes",
         .answers = {{201, "Gcode"}},
         .body = {"GcodeUpload", "multipart/form-data"},
         .errors = {kUnsupportedMediaType, kDiskFull, kQuotaExceeded},
         .note = kUpload},
        {.method = "GET", .path = "/gcodes/{id}", .answers = {{200, "Gcode"}}, .errors = {kGcodeNotFound}},
        {.method = "GET",
         .path = "/gcodes/{id}/data",
         .answers = {{200, "File", kBinary, {"ETag", "Accept-Ranges", "Content-Disposition"}},
                     {206, "File", kBinary, {"ETag", "Accept-Ranges", "Content-Disposition", "Content-Range"}},
                     {.status = 304, .headers = {"ETag", "Accept-Ranges"}}},
         .errors = {kGcodeNotFound, kRangeNotSatisfiable}},
        {.method = "GET",
         .path = "/gcodes/{id}/thumbnail",
         .answers = {{200, "File", "image/png", {"ETag"}},
                     {200, "File", "image/jpeg", {"ETag"}},
                     {.status = 304, .headers = {"ETag"}}},
         .query = kThumbnailSize,
         .errors = {kGcodeNotFound, kThumbnailNotFound, kThumbnailUnreadable},
         .note = kThumbnail},
        {.method = "DELETE",
         .path = "/gcodes/{id}",
         .answers = {{204}},
         .errors = {kGcodeNotFound, kNotOwner, kDiskFull},
         .note = kOwners},
        {.method = "GET", .path = "/printjobs", .answers = {{200, "PrintJobPage"}}, .query = kList},
        {.method = "POST",
         .path = "/printjobs",
         .answers = {{201, "StartedPrintJob"}},
         .body = {"NewPrintJob"},
         .errors = {kPrinterNotFound, kGcodeNotFound, kGcodeNotPrintable, kPrinterNotOperational, kPrinterFailed,
                    kServiceUnavailable, kDiskFull},
         .note = kPrint},
        {.method = "GET", .path = "/printjobs/{id}", .answers = {{200, "PrintJob"}}, .errors = {kPrintJobNotFound}},
        {.method = "DELETE",
         .path = "/printjobs/{id}",
         .answers = {{204}},
         .errors = {kPrintJobNotFound, kNotOwner, kDiskFull},
         .note = kOwners},
    };
}

std::vector<OperationFacts> administration_facts() {
    return {
        {.method = "GET", .path = "/settings", .answers = {{200, "Settings"}}},
        {.method = "POST", .path = "/settings", .answers = {{201}}, .body = {"SettingsChange"}, .errors = {kDiskFull}},
        {.method = "GET",
         .path = "/audit",
         .answers = {{200, "AuditEntryPage"}},
         .query = kList,
         .note = "Columns: id, time, action, user_uuid, username, address, target, result, times."},
        {.method = "POST", .path = "/tasks", .body = {"Task"}, .errors = {kTaskNotStarted}}};
}

}  // namespace

std::vector<OperationFacts> operation_facts() {
    std::vector<OperationFacts> all;
    for (auto part :
         {server_facts(), account_facts(), printer_facts(), print_facts(), administration_facts(), emulator_facts()})
        std::ranges::move(part, std::back_inserter(all));
    return all;
}

}  // namespace karmen::api
