#include "api/openapi/facts.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace karmen::api {

namespace {

using enum ErrorCode;

constexpr std::string_view kConnection =
    "Below a printer administrators may, and the user whose print is running there; everybody may ask for what is so "
    "already. The library is always connected.";

/// An operation that is there twice: for the library, and below a printer, where more can go wrong.
struct Twin {
    std::string_view method;
    std::string path;
    std::vector<AnswerFacts> answers;
    BodyFacts body;
    QueryFacts query = QueryFacts::kNone;
    std::vector<ErrorCode> errors;
    std::vector<ErrorCode> printer_errors;
    std::string_view note = {};
};

std::vector<Twin> twins() {
    return {
        {.method = "GET",
         .path = "/api/version",
         .answers = {{200, "OctoPrintVersion"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/server",
         .answers = {{200, "OctoPrintServer"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/currentuser",
         .answers = {{200, "OctoPrintUser"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "POST",
         .path = "/api/login",
         .answers = {{200, "OctoPrintLogin"}},
         .body = {"OctoPrintLoginRequest", "application/json", BodyUse::kIgnored},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/settings",
         .answers = {{200, "OctoPrintSettings"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/printerprofiles",
         .answers = {{200, "OctoPrintPrinterProfiles"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/printer",
         .answers = {{200, "OctoPrintPrinter"}},
         .printer_errors = {kPrinterNotFound, kPrinterNotOperational}},
        {.method = "POST", .path = "/api/printer/command"},
        {.method = "GET", .path = "/api/job", .answers = {{200, "OctoPrintJob"}}, .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/connection",
         .answers = {{200, "OctoPrintConnection"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "POST",
         .path = "/api/connection",
         .answers = {{204}},
         .body = {"OctoPrintConnectionCommand"},
         .printer_errors = {kPrinterNotFound, kPrinterFailed},
         .note = kConnection},
        {.method = "GET",
         .path = "/api/files",
         .answers = {{200, "OctoPrintFiles"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "GET",
         .path = "/api/files/local",
         .answers = {{200, "OctoPrintFiles"}},
         .printer_errors = {kPrinterNotFound}},
        {.method = "POST",
         .path = "/api/files/local",
         .answers = {{.status = 201, .schema = "OctoPrintUploaded", .headers = {"Location"}}},
         .body = {"OctoPrintUpload", "multipart/form-data"},
         .query = QueryFacts::kSlicerUpload,
         .errors = {kUnsupportedMediaType, kDiskFull, kQuotaExceeded},
         .printer_errors = {kPrinterNotFound, kGcodeNotFound, kPrinterFailed, kServiceUnavailable},
         .note = kSlicerUpload},
        {.method = "GET",
         .path = "/api/files/local/{id}",
         .answers = {{200, "OctoPrintFile"}},
         .errors = {kGcodeNotFound},
         .printer_errors = {kPrinterNotFound}},
        {.method = "POST",
         .path = "/api/files/local/{id}",
         .answers = {{204}},
         .body = {"OctoPrintFileCommand"},
         .errors = {kGcodeNotFound},
         .printer_errors = {kPrinterNotFound, kGcodeNotPrintable, kPrinterNotOperational, kPrinterFailed,
                            kServiceUnavailable, kDiskFull}},
    };
}

/// What a slicer shows of the address that it uploads to.
std::vector<OperationFacts> pages() {
    std::vector<OperationFacts> facts;
    for (const char* path : {"/octoprint-emulator", "/octoprint-emulator/", "/octoprint-emulator/printers/{host}",
                             "/octoprint-emulator/printers/{host}/"})
        facts.push_back({.method = "GET", .path = path, .answers = {{200, "File", "text/html"}}});
    return facts;
}

/// The library prints nothing.
std::vector<OperationFacts> job_commands() {
    return {{.method = "POST",
             .path = "/octoprint-emulator/api/job",
             .body = {"OctoPrintJobCommand"},
             .errors = {kPrinterNotOperational}},
            {.method = "POST",
             .path = "/octoprint-emulator/printers/{host}/api/job",
             .answers = {{204}},
             .body = {"OctoPrintJobCommand"},
             .errors = {kPrinterNotFound, kPrinterRefused},
             .note = kOperators}};
}

}  // namespace

std::vector<OperationFacts> emulator_facts() {
    std::vector<OperationFacts> facts = job_commands();
    std::ranges::move(pages(), std::back_inserter(facts));
    for (const Twin& twin : twins()) {
        OperationFacts operation{.method = twin.method,
                                 .path = "/octoprint-emulator" + twin.path,
                                 .answers = twin.answers,
                                 .body = twin.body,
                                 .query = twin.query,
                                 .errors = twin.errors,
                                 .note = twin.note};
        facts.push_back(operation);
        operation.path = "/octoprint-emulator/printers/{host}" + twin.path;
        operation.errors.insert(operation.errors.end(), twin.printer_errors.begin(), twin.printer_errors.end());
        facts.push_back(std::move(operation));
    }
    return facts;
}

}  // namespace karmen::api
