#pragma once

#include "domain/printer.hpp"
#include "printers/camera_hosts.hpp"
#include "printers/printer_api.hpp"

#include <optional>
#include <string>
#include <string_view>

/// OctoPrint's JSON (1.4 – 1.11, also what Moonraker and PrusaLink make of it): bytes in, our values out, no I/O. The
/// bytes come from strangers: what is missing, null or of another type is left out, texts become valid UTF-8 of at most
/// 255 bytes, and nothing throws but bad_alloc. nullopt always means: not JSON, or not of the promised shape. Any
/// thread.
namespace karmen::printers::octoprint {

/// `/api/version`. Wants an object, nothing more.
std::optional<ServerVersion> parse_version(std::string_view body);
/// Its text begins with OctoPrint. Moonraker's may do so too: `OctoPrint (Moonraker …)`.
bool is_octoprint(const ServerVersion& version);

/// `/api/printer`. The state comes from the flags; its text, which plugins may translate, is only shown.
std::optional<PrinterStatus> parse_status(std::string_view body);

/// What `/api/job` tells when `/api/printer` answers that there is no printer: an error and its text, a connection that
/// is being made, or nothing of the kind.
PrinterStatus parse_status_without_printer(std::string_view job_body);

/// `/api/currentuser`.
struct CurrentUser {
    std::string name;        ///< empty: it does not know the API key
    bool may_print = false;  ///< also where the answer does not list permissions
    bool operator==(const CurrentUser&) const = default;
};
CurrentUser parse_current_user(std::string_view body);

/// `/api/job`; the job in it is none when nothing is printing. The text is all that says so here.
std::optional<JobReport> parse_job(std::string_view body);

/// `/api/settings`. A relative address is completed with the printer's own. Without a stream that can be shown, the
/// address of the snapshot takes its place.
std::optional<Webcam> parse_webcam(std::string_view body, const PrinterAddress& address, const CameraHosts& hosts);

/// `/api/connection`: the server has no connection to its printer (`Closed`; `Offline…`, `Error…`).
std::optional<bool> parse_is_closed(std::string_view body);

/// The answer to an upload with print=true.
struct UploadAnswer {
    std::optional<bool> starts;  ///< none: it does not tell
    std::string path;            ///< where the file lies on the printer; empty when it does not tell
    bool operator==(const UploadAnswer&) const = default;
};
UploadAnswer parse_upload_answer(std::string_view body);

/// The file that `/api/job` tells of.
struct JobFile {
    bool is_active = false;  ///< it prints, or a print of it begins, pauses or ends
    std::string path;
    std::string name;
    std::optional<std::int64_t> size_bytes;
    bool operator==(const JobFile&) const = default;
};
std::optional<JobFile> parse_job_file(std::string_view body);

/// `/api/files/local/<path>`: seconds by the printer's clock.
struct StoredFile {
    double came = 0;                ///< to the printer
    std::optional<double> printed;  ///< the end of its last print, whole or not
    bool operator==(const StoredFile&) const = default;
};
std::optional<StoredFile> parse_stored_file(std::string_view body);

/// The `error` of a refusal, or empty.
std::string parse_error(std::string_view body);

/// At most 255 bytes of valid UTF-8, not cut within a character.
std::string bounded_text(std::string_view text);

}  // namespace karmen::printers::octoprint
