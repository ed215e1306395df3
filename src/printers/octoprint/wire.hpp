#pragma once

#include "domain/printer.hpp"
#include "printers/camera_hosts.hpp"
#include "printers/printer_api.hpp"

#include <optional>
#include <string>
#include <string_view>

/// OctoPrint's JSON (1.4 – 1.11, also what Moonraker and PrusaLink make of it): bytes in, our values out, no I/O. The
/// bytes are untrusted: members that are missing, null or of another type are left out, texts become valid UTF-8 of at
/// most 255 bytes, and nothing throws except bad_alloc. nullopt always means that the input is not JSON, or not of the
/// expected shape. Any thread.
namespace karmen::printers::octoprint {

/// `/api/version`. Any object is accepted.
std::optional<ServerVersion> parse_version(std::string_view body);
/// Its text begins with OctoPrint. Moonraker's may do so too: `OctoPrint (Moonraker …)`.
bool is_octoprint(const ServerVersion& version);

/// `/api/printer`. The state comes from the flags; its text, which plugins may translate, is only shown.
std::optional<PrinterStatus> parse_status(std::string_view body);

/// The status from `/api/job` if `/api/printer` answers that there is no printer: an error and its text, a connection
/// that is being made, or no connection.
PrinterStatus parse_status_without_printer(std::string_view job_body);

/// `/api/currentuser`.
struct CurrentUser {
    std::string name;        ///< empty: it does not know the API key
    bool may_print = false;  ///< also where the answer does not list permissions
    bool operator==(const CurrentUser&) const = default;
};
CurrentUser parse_current_user(std::string_view body);

/// `/api/job`; its job is nullopt if nothing is printing, which only the state's text says here.
std::optional<JobReport> parse_job(std::string_view body);

/// `/api/settings`. A relative address is completed with the printer's own. If no stream can be shown, the address of
/// the snapshot is used instead.
std::optional<Webcam> parse_webcam(std::string_view body, const PrinterAddress& address, const CameraHosts& hosts);

/// `/api/connection`: the server has no connection to its printer (`Closed`; `Offline…`, `Error…`).
std::optional<bool> parse_is_closed(std::string_view body);

/// The answer to an upload with print=true.
struct UploadAnswer {
    std::optional<bool> starts;  ///< nullopt if it does not say
    std::string path;            ///< of the file on the printer; empty if it does not say
    bool operator==(const UploadAnswer&) const = default;
};
UploadAnswer parse_upload_answer(std::string_view body);

/// The file in the answer to `/api/job`.
struct JobFile {
    bool is_active = false;  ///< it prints, or a print of it begins, pauses or ends
    std::string path;
    std::string name;
    std::optional<std::int64_t> size_bytes;
    bool operator==(const JobFile&) const = default;
};
std::optional<JobFile> parse_job_file(std::string_view body);

/// `/api/files/local/<path>` of a file that is there.
std::optional<FileRecord> parse_file_record(std::string_view body);

/// The `error` of a refusal, or empty.
std::string parse_error(std::string_view body);

/// At most 255 bytes of valid UTF-8, not cut within a character.
std::string bounded_text(std::string_view text);

}  // namespace karmen::printers::octoprint
