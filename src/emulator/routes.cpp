#include "emulator/routes.hpp"

#include "emulator/handlers.hpp"

#include <string>

namespace karmen::emulator {

namespace {

using api::BodyUse;
using api::Deadline;
using api::QueryFacts;
using api::Route;
using enum ErrorCode;

constexpr std::string_view kUpload =
    "As for POST /gcodes. Besides, the file's name may begin with folders, below `path`. A printer that cannot begin a "
    "print now, or does not take files of this format, is not an error: the file is stored, and `effectivePrint` is "
    "false. If the same bytes are uploaded again under the "
    "same name, the answer is the file that is there.";

constexpr std::string_view kConnection =
    "For a printer: administrators may, and the user whose print is running there; every user may ask for the state "
    "that it "
    "has already. The library is always connected.";

const std::string kLibrary = "/octoprint-emulator";
const std::string kPrinter = kLibrary + "/printers/{host}";

/// What more can go wrong below a printer, and what is written down there.
struct BelowPrinter {
    std::vector<ErrorCode> errors = {kPrinterNotFound};
    std::string_view audit = {};
};

/// An operation that is there twice.
void add_twins(std::vector<Route>& all, Route library, const BelowPrinter& printer = {}) {
    const std::string path = library.path;
    library.access = api::kApiKey;
    Route below = library;
    library.path = kLibrary + path;
    below.path = kPrinter + path;
    below.summary += ", for one printer";
    below.errors.insert(below.errors.end(), printer.errors.begin(), printer.errors.end());
    if (!printer.audit.empty()) below.audit = printer.audit;
    all.push_back(std::move(library));
    all.push_back(std::move(below));
}

/// What a slicer shows of the address that it uploads to.
void add_pages(std::vector<Route>& all) {
    for (const std::string& address : {kLibrary, kLibrary + "/", kPrinter, kPrinter + "/"})
        all.push_back({.method = "GET",
                       .path = address,
                       .summary = std::string("What a slicer shows of this address") +
                                  (address.ends_with('/') ? ", with a slash at the end" : "") +
                                  (address.starts_with(kPrinter) ? ", for one printer" : ""),
                       .access = api::kAnyone,
                       .when_forced = api::WhenPasswordChangeIsForced::kAllow,
                       .handler = emulate_page,
                       .answers = {{200, "File", "text/html"}}});
}

/// The library prints nothing, so that here the twins differ in more than their errors.
void add_job_commands(std::vector<Route>& all) {
    all.push_back({.method = "POST",
                   .path = kLibrary + "/api/job",
                   .summary = "Start, pause, resume or cancel",
                   .access = api::kApiKey,
                   .handler = emulate_job_command,
                   .body = {"OctoPrintJobCommand"},
                   .errors = {kPrinterNotOperational}});
    all.push_back({.method = "POST",
                   .path = kPrinter + "/api/job",
                   .summary = "Start, pause, resume or cancel, for one printer",
                   .access = api::kApiKey,
                   .handler = emulate_job_command,
                   .audit = "print.command",
                   .answers = {{204}},
                   .body = {"OctoPrintJobCommand"},
                   .errors = {kPrinterNotFound, kPrinterRefused},
                   .note = api::kOperators});
}

void add_facts(std::vector<Route>& all) {
    add_twins(all, {.method = "GET",
                    .path = "/api/version",
                    .summary = "Version of the emulated OctoPrint",
                    .handler = emulate_version,
                    .answers = {{200, "OctoPrintVersion"}}});
    add_twins(all, {.method = "GET",
                    .path = "/api/server",
                    .summary = "The same, as newer slicers ask",
                    .handler = emulate_server,
                    .answers = {{200, "OctoPrintServer"}}});
    add_twins(all, {.method = "GET",
                    .path = "/api/currentuser",
                    .summary = "Whose API key it is",
                    .handler = emulate_current_user,
                    .answers = {{200, "OctoPrintUser"}}});
    add_twins(all, {.method = "POST",
                    .path = "/api/login",
                    .summary = "The same, as Cura asks",
                    .handler = emulate_login,
                    .answers = {{200, "OctoPrintLogin"}},
                    .body = {"OctoPrintLoginRequest", "application/json", BodyUse::kIgnored}});
    add_twins(all, {.method = "GET",
                    .path = "/api/settings",
                    .summary = "Settings that slicers read",
                    .handler = emulate_settings,
                    .answers = {{200, "OctoPrintSettings"}}});
    add_twins(all, {.method = "GET",
                    .path = "/api/printerprofiles",
                    .summary = "Printer profiles that slicers read",
                    .handler = emulate_printer_profiles,
                    .answers = {{200, "OctoPrintPrinterProfiles"}}});
}

void add_printer(std::vector<Route>& all) {
    add_twins(all,
              {.method = "GET",
               .path = "/api/printer",
               .summary = "State and temperatures",
               .handler = emulate_printer,
               .answers = {{200, "OctoPrintPrinter"}}},
              {.errors = {kPrinterNotFound, kPrinterNotOperational}});
    add_twins(all,
              {.method = "POST",
               .path = "/api/printer/command",
               .summary = "Refused: single commands are not passed on",
               .handler = emulate_printer_command},
              {.errors = {}});
    add_twins(all, {.method = "GET",
                    .path = "/api/job",
                    .summary = "What is printed",
                    .handler = emulate_job,
                    .answers = {{200, "OctoPrintJob"}}});
    add_job_commands(all);
    add_twins(all, {.method = "GET",
                    .path = "/api/connection",
                    .summary = "Connection of the printer",
                    .handler = emulate_connection,
                    .answers = {{200, "OctoPrintConnection"}}});
    add_twins(all,
              {.method = "POST",
               .path = "/api/connection",
               .summary = "Connect or disconnect the printer",
               .handler = emulate_change_connection,
               .answers = {{204}},
               .body = {"OctoPrintConnectionCommand"},
               .note = kConnection},
              {.errors = {kPrinterNotFound, kPrinterFailed}, .audit = "printer.connection"});
}

void add_files(std::vector<Route>& all) {
    for (const char* path : {"/api/files", "/api/files/local"})
        add_twins(all, {.method = "GET",
                        .path = path,
                        .summary = "No files are shown to slicers",
                        .handler = emulate_files,
                        .answers = {{200, "OctoPrintFiles"}}});
    add_twins(all,
              {.method = "POST",
               .path = "/api/files/local",
               .summary = "Upload from a slicer",
               .deadline = Deadline::kOwn,
               .handler = emulate_upload,
               .audit = "gcode.upload",
               .answers = {{.status = 201, .schema = "OctoPrintUploaded", .headers = {"Location"}}},
               .body = {"OctoPrintUpload", "multipart/form-data"},
               .query = QueryFacts::kSlicerUpload,
               .errors = {kUnsupportedMediaType, kDiskFull, kQuotaExceeded},
               .note = kUpload},
              {.errors = {kPrinterNotFound, kGcodeNotFound, kPrinterFailed, kServiceUnavailable}});
    add_twins(all, {.method = "GET",
                    .path = "/api/files/local/{id}",
                    .summary = "An uploaded file",
                    .handler = emulate_file,
                    .answers = {{200, "OctoPrintFile"}},
                    .errors = {kGcodeNotFound}});
    add_twins(all,
              {.method = "POST",
               .path = "/api/files/local/{id}",
               .summary = "Print an uploaded file",
               .deadline = Deadline::kOwn,
               .handler = emulate_select,
               .answers = {{204}},
               .body = {"OctoPrintFileCommand"},
               .errors = {kGcodeNotFound}},
              {.errors = {kPrinterNotFound, kGcodeNotPrintable, kPrinterNotOperational, kPrinterFailed,
                          kServiceUnavailable, kDiskFull},
               .audit = "gcode.select"});
}

}  // namespace

std::vector<Route> routes() {
    std::vector<Route> all;
    add_pages(all);
    add_facts(all);
    add_printer(all);
    add_files(all);
    return all;
}

}  // namespace karmen::emulator
