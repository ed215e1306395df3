#include "printers/octoprint/wire.hpp"

#include "base/text.hpp"
#include "domain/printer_host.hpp"
#include "printers/octoprint/lenient_json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace karmen::printers::octoprint {

namespace json = boost::json;

namespace {

constexpr std::size_t kTextBytesMax = 255;
constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kHeatersMax = 32;
constexpr double kDegreesMin = -273.15;
constexpr double kDegreesMax = 2000;

/// The member, if it is there and of that kind. A null container has no members, so that these calls chain.
const json::value* member(const json::value* container, std::string_view name) {
    const json::object* object = container ? container->if_object() : nullptr;
    return object ? object->if_contains(name) : nullptr;
}

std::optional<std::string_view> text_of(const json::value* value) {
    const json::string* text = value ? value->if_string() : nullptr;
    if (!text) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

std::string shown_text(const json::value* value) {
    return bounded_text(text_of(value).value_or(std::string_view()));
}

/// Reads a flag by JavaScript's rules, like OctoPrint's own page, because other servers send 0 and 1. A missing flag is
/// false.
bool is_true(const json::value* value) {
    if (!value || value->is_null()) return false;
    if (value->is_bool()) return value->get_bool();
    if (value->is_string()) return !value->get_string().empty();
    return !value->is_number() || value->to_number<double>() != 0;
}

bool is_false(const json::value* value) {
    const bool* truth = value ? value->if_bool() : nullptr;
    return truth && !*truth;
}

std::optional<double> number_of(const json::value* value) {
    if (!value || !value->is_number()) return std::nullopt;
    const double number = value->to_number<double>();
    if (!std::isfinite(number)) return std::nullopt;
    return number;
}

/// A number out of this range cannot be a temperature, so it is left out.
std::optional<double> degrees_of(const json::value* value) {
    const auto number = number_of(value);
    if (!number || *number < kDegreesMin || *number > kDegreesMax) return std::nullopt;
    return number;
}

/// Slightly more than 100 or less than 0 comes from rounding; other numbers out of range are not percentages.
std::optional<double> percent_of(const json::value* value) {
    const auto number = number_of(value);
    if (!number || *number < -1 || *number > 101) return std::nullopt;
    return std::clamp(*number, 0.0, 100.0);
}

std::optional<std::int64_t> seconds_of(const json::value* value) {
    constexpr double kSecondsMax = 1e10;  // three hundred years
    const auto number = number_of(value);
    if (!number || *number < 0 || *number > kSecondsMax) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::optional<std::int64_t> bytes_of(const json::value* value) {
    const auto number = number_of(value);
    if (!number || *number < 0 || *number >= 9e15) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

/// A path names a file, so it is whole or it is not there. Karmen's own have at most 2 kB.
std::string bounded_path(std::string_view path) {
    constexpr std::size_t kPathBytesMax = 4096;
    return path.size() > kPathBytesMax ? std::string() : to_valid_utf8(path);
}

/// Seconds since 1970, with a fraction.
std::optional<Timestamp> time_of(const json::value* value) {
    constexpr double kSecondsEnd = 253'402'300'800;  // the year 10000
    const auto number = number_of(value);
    if (!number || *number < 0 || *number >= kSecondsEnd) return std::nullopt;
    return Timestamp(std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(*number)));
}

bool begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    return std::ranges::any_of(beginnings, [text](auto each) { return starts_with_ignoring_case(text, each); });
}

/// The order matters: pausing comes with printing, and an error with closedOrError.
PrinterState state_from_flags(const json::value* flags) {
    struct Row {
        std::string_view flag;
        PrinterState state;
    };
    static constexpr std::array<Row, 8> kRows{{
        {"error", PrinterState::kError},
        {"closedOrError", PrinterState::kOffline},
        {"cancelling", PrinterState::kCancelling},
        {"finishing", PrinterState::kFinishing},
        {"pausing", PrinterState::kPausing},
        {"resuming", PrinterState::kResuming},
        {"paused", PrinterState::kPaused},
        {"printing", PrinterState::kPrinting},
    }};
    for (const Row& row : kRows)
        if (is_true(member(flags, row.flag))) return row.state;
    if (!is_true(member(flags, "operational"))) return PrinterState::kConnecting;
    return is_true(member(flags, "ready")) ? PrinterState::kOperational : PrinterState::kBusy;
}

/// Only for servers that send no flags.
PrinterState state_from_text(std::string_view text) {
    struct Row {
        std::string_view beginning;
        PrinterState state;
    };
    static constexpr std::array<Row, 16> kRows{{
        {"Operational", PrinterState::kOperational},
        {"Offline after error", PrinterState::kError},
        {"Offline", PrinterState::kOffline},
        {"Closed", PrinterState::kOffline},
        {"Opening", PrinterState::kConnecting},
        {"Detecting", PrinterState::kConnecting},
        {"Connecting", PrinterState::kConnecting},
        {"Starting", PrinterState::kStarting},
        {"Printing", PrinterState::kPrinting},
        {"Sending", PrinterState::kPrinting},
        {"Pausing", PrinterState::kPausing},
        {"Paused", PrinterState::kPaused},
        {"Resuming", PrinterState::kResuming},
        {"Cancelling", PrinterState::kCancelling},
        {"Finishing", PrinterState::kFinishing},
        {"Error", PrinterState::kError},
    }};
    for (const Row& row : kRows)
        if (starts_with_ignoring_case(text, row.beginning)) return row.state;
    return PrinterState::kBusy;
}

std::string_view word_of(PrinterState state) {
    switch (state) {
        case PrinterState::kOffline:
            return "Offline";
        case PrinterState::kConnecting:
            return "Connecting";
        case PrinterState::kOperational:
            return "Operational";
        case PrinterState::kPrinting:
            return "Printing";
        case PrinterState::kPausing:
            return "Pausing";
        case PrinterState::kPaused:
            return "Paused";
        case PrinterState::kResuming:
            return "Resuming";
        case PrinterState::kCancelling:
            return "Cancelling";
        case PrinterState::kFinishing:
            return "Finishing";
        case PrinterState::kError:
            return "Error";
        default:
            return "Busy";
    }
}

/// Whether the text of `/api/job` says that no print is running.
bool is_idle(std::string_view text) {
    return begins_with_one_of(text,
                              {"Operational", "Offline", "Closed", "Opening", "Detecting", "Connecting", "Error"});
}

/// By JavaScript's rules, because servers other than OctoPrint send 0 and 1. nullopt if it is neither a bool nor a
/// number.
std::optional<bool> yes_or_no(const json::value* value) {
    if (value && value->is_bool()) return value->get_bool();
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    return *number != 0;
}

/// Heaters are the members that are objects; `history` is an array.
std::map<std::string, Temperature> temperatures_of(const json::value* temperature) {
    std::map<std::string, Temperature> result;
    const json::object* heaters = temperature ? temperature->if_object() : nullptr;
    if (!heaters) return result;
    for (const auto& heater : *heaters) {
        if (!heater.value().is_object() || result.size() == kHeatersMax) continue;
        const json::value* values = &heater.value();
        result[bounded_text({heater.key().data(), heater.key().size()})] = {degrees_of(member(values, "actual")),
                                                                            degrees_of(member(values, "target")),
                                                                            degrees_of(member(values, "offset"))};
    }
    return result;
}

/// Empty if it cannot be made absolute. REQUIRES: `url` is not empty.
std::string absolute_url(std::string_view url, const PrinterAddress& address) {
    const bool is_printable = std::ranges::none_of(url, [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
    if (url.size() > kUrlBytesMax || !is_printable || !is_valid_utf8(url)) return {};
    const std::string scheme(to_string(address.protocol));
    if (begins_with_one_of(url, {"http://", "https://"})) return std::string(url);
    if (url.starts_with("//")) return scheme + ":" + std::string(url);
    // A colon before the first slash is another scheme: `rtsp:`, `javascript:`.
    if (url.substr(0, url.find_first_of("/?#")).find(':') != std::string_view::npos) return {};
    // As a browser reads it on the printer's page: from the root of the host, or below the page.
    auto base = stored_printer_host(address.host);
    if (!base) return {};
    if (url.starts_with('/')) base->path.clear();
    return scheme + "://" + base->to_string() + (url.starts_with('/') ? "" : "/") + std::string(url);
}

}  // namespace

std::string bounded_text(std::string_view text) {
    // Four bytes more, so that a character which this first cut splits is gone after the second.
    std::string result = to_valid_utf8(text.substr(0, kTextBytesMax + 4));
    if (result.size() <= kTextBytesMax) return result;
    std::size_t end = kTextBytesMax;
    while ((static_cast<unsigned char>(result[end]) & 0xc0) == 0x80) --end;
    result.resize(end);
    return result;
}

std::optional<ServerVersion> parse_version(std::string_view body) {
    const auto value = parse_object(body);
    if (!value) return std::nullopt;
    return ServerVersion{shown_text(member(&*value, "api")), shown_text(member(&*value, "server")),
                         shown_text(member(&*value, "text"))};
}

bool is_octoprint(const ServerVersion& version) {
    return starts_with_ignoring_case(version.text, "octoprint");
}

std::optional<PrinterStatus> parse_status(std::string_view body) {
    const auto value = parse_object(body);
    if (!value) return std::nullopt;
    const json::value* state = member(&*value, "state");
    if (!state || !state->is_object()) return std::nullopt;
    PrinterStatus status;
    status.text = shown_text(member(state, "text"));
    const json::value* flags = member(state, "flags");
    const bool has_flags = flags && flags->is_object() && !flags->get_object().empty();
    if (!has_flags && status.text.empty()) return std::nullopt;
    status.state = has_flags ? state_from_flags(flags) : state_from_text(status.text);
    if (status.text.empty()) status.text = word_of(status.state);
    if (status.state == PrinterState::kError) {
        status.reason = shown_text(member(state, "error"));
        if (status.reason.empty()) status.reason = "The printer's server tells of an error";
    }
    status.temperature = temperatures_of(member(&*value, "temperature"));
    return status;
}

PrinterStatus parse_status_without_printer(std::string_view job_body) {
    PrinterStatus status = not_connected();
    const auto value = parse_object(job_body);
    if (!value) return status;
    const std::string text = shown_text(member(&*value, "state"));
    const std::string error = shown_text(member(&*value, "error"));
    if (!error.empty() || begins_with_one_of(text, {"Offline after error", "Error"})) {
        status.state = PrinterState::kError;
        status.reason = error.empty() ? text : error;
    } else if (begins_with_one_of(text, {"Opening", "Detecting", "Connecting"})) {
        status.state = PrinterState::kConnecting;
        status.reason = text;
    }
    return status;
}

CurrentUser parse_current_user(std::string_view body) {
    const auto value = parse_object(body);
    CurrentUser user{.name = value ? shown_text(member(&*value, "name")) : std::string(), .may_print = true};
    const json::value* permissions = value ? member(&*value, "permissions") : nullptr;
    if (!permissions || !permissions->is_array()) return user;
    user.may_print = std::ranges::any_of(permissions->get_array(), [](const json::value& permission) {
        // Words in releases that were seen; elsewhere OctoPrint describes a permission as an object with a key.
        const auto word = permission.is_object() ? text_of(member(&permission, "key")) : text_of(&permission);
        return word == "ADMIN" || word == "PRINT";
    });
    return user;
}

std::optional<JobReport> parse_job(std::string_view body) {
    const auto value = parse_object(body);
    if (!value) return std::nullopt;
    const auto state = text_of(member(&*value, "state"));
    if (!state) return std::nullopt;
    JobReport report{.responded = true, .job = std::nullopt};
    const json::value* file = member(member(&*value, "job"), "file");
    const json::value* progress = member(&*value, "progress");
    if (const auto path = text_of(member(file, "path")))
        report.file = PrinterFile{.path = bounded_path(*path), .size_bytes = bytes_of(member(file, "size"))};
    if (is_idle(*state)) {
        if (report.file) report.file->is_printed = percent_of(member(progress, "completion")) == 100.0;
        return report;
    }
    PrinterJob& job = report.job.emplace();
    for (const std::string_view name : {"display", "name"})
        if (!job.name && text_of(member(file, name))) job.name = shown_text(member(file, name));
    job.completion = percent_of(member(progress, "completion"));
    job.print_time_left_s = seconds_of(member(progress, "printTimeLeft"));
    job.print_time_s = seconds_of(member(progress, "printTime"));
    return report;
}

std::optional<Webcam> parse_webcam(std::string_view body, const PrinterAddress& address, const CameraHosts& hosts) {
    const auto value = parse_object(body);
    if (!value) return std::nullopt;
    const json::value* webcam = member(&*value, "webcam");
    if (is_false(member(webcam, "webcamEnabled"))) return Webcam{std::string(kWebcamDisabled), std::nullopt};
    std::string reason;
    for (const std::string_view name : {"streamUrl", "snapshotUrl"}) {
        const std::string_view url = trim(text_of(member(webcam, name)).value_or(std::string_view()));
        if (url.empty()) continue;
        auto camera = hosts.locate(absolute_url(url, address), address);
        if (camera)
            return Webcam{std::string(kWebcamOk),
                          WebcamStream{std::move(*camera), is_true(member(webcam, "flipH")),
                                       is_true(member(webcam, "flipV")), is_true(member(webcam, "rotate90"))}};
        if (reason.empty()) reason = std::move(camera.error());
    }
    if (reason.empty()) return Webcam{std::string(kWebcamDisabled), std::nullopt};
    return Webcam{std::string(kWebcamNotAccessible), std::nullopt, std::move(reason)};
}

std::optional<bool> parse_is_closed(std::string_view body) {
    const auto value = parse_object(body);
    if (!value) return std::nullopt;
    const auto state = text_of(member(member(&*value, "current"), "state"));
    if (!state) return std::nullopt;
    return begins_with_one_of(*state, {"Closed", "Offline", "Error"});
}

UploadAnswer parse_upload_answer(std::string_view body) {
    const auto value = parse_object(body);
    if (!value) return {};
    UploadAnswer answer;
    // The second is Moonraker's. One "no" is enough.
    for (const std::string_view name : {"effectivePrint", "print_started"})
        if (const auto told = yes_or_no(member(&*value, name))) answer.starts = answer.starts.value_or(true) && *told;
    const json::value* local = member(member(&*value, "files"), "local");
    answer.path = text_of(member(local, "path")).value_or(std::string_view());
    return answer;
}

std::optional<JobFile> parse_job_file(std::string_view body) {
    const auto value = parse_object(body);
    const auto state = value ? text_of(member(&*value, "state")) : std::nullopt;
    if (!state) return std::nullopt;
    const json::value* file = member(member(&*value, "job"), "file");
    JobFile result{.is_active = !is_idle(*state)};
    result.path = text_of(member(file, "path")).value_or(std::string_view());
    result.name = text_of(member(file, "name")).value_or(std::string_view());
    result.size_bytes = bytes_of(member(file, "size"));
    return result;
}

std::optional<FileRecord> parse_file_record(std::string_view body) {
    const auto value = parse_object(body);
    const auto came = value ? time_of(member(&*value, "date")) : std::nullopt;
    if (!came) return std::nullopt;
    FileRecord record{.is_there = true, .came = *came, .last_print = std::nullopt};
    const json::value* last = member(member(&*value, "prints"), "last");
    if (const auto ended = time_of(member(last, "date")))
        record.last_print = FileRecord::Print{.ended = *ended, .is_success = is_true(member(last, "success"))};
    return record;
}

std::string parse_error(std::string_view body) {
    const auto value = parse_object(body);
    return value ? shown_text(member(&*value, "error")) : std::string();
}

}  // namespace karmen::printers::octoprint
