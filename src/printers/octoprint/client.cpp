#include "printers/octoprint/client.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "printers/octoprint/answer.hpp"
#include "printers/octoprint/diagnosis.hpp"
#include "printers/octoprint/wire.hpp"
#include "printers/printer_request.hpp"
#include "runtime/sleep.hpp"
#include "runtime/timeout.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

namespace karmen::printers::octoprint {

namespace {

using net::HttpFailure;
using net::HttpResponse;
using net::HttpResult;

std::optional<AccessLevel> observed_access(const PrinterAddress& address, const HttpResult& result) {
    if (!address.api_key || address.api_key->empty() || !result) return std::nullopt;
    if (is_denied(*result)) return AccessLevel::kProtected;
    if (is_success(*result)) return AccessLevel::kUnlocked;
    return std::nullopt;
}

/// An answer came, but it could not be read.
bool is_invalid_data(const HttpResult& result) {
    return result ? result->status == 200 : result.error().kind == HttpFailure::Kind::kTooLarge;
}

bool has_api_key(const PrinterAddress& address) {
    return address.api_key && !address.api_key->empty();
}

/// REQUIRES: it is not a success.
CommandOutcome failed_outcome(const HttpResult& result) {
    using Result = CommandOutcome::Result;
    if (!result) return {Result::kUnreachable, bounded_text(describe(diagnosis_of(result)))};
    const bool is_refusal = result->status >= 400 && result->status < 500;
    return {is_refusal ? Result::kRefused : Result::kUnreachable, refusal_of(*result)};
}

CommandOutcome outcome_of(const HttpResult& result) {
    if (result && is_success(*result)) return {CommandOutcome::Result::kDone, {}};
    return failed_outcome(result);
}

std::string_view body_of(JobCommand command) {
    switch (command) {
        case JobCommand::kCancel:
            return R"({"command":"cancel"})";
        case JobCommand::kStart:
            return R"({"command":"start"})";
        case JobCommand::kPause:
            return R"({"command":"pause","action":"pause"})";
        case JobCommand::kResume:
            return R"({"command":"pause","action":"resume"})";
        case JobCommand::kToggle:
            break;  // is one of the two above
    }
    return {};
}

std::string folder_on_printer(std::string_view folder) {
    while (folder.starts_with('/')) folder.remove_prefix(1);
    while (folder.ends_with('/')) folder.remove_suffix(1);
    return folder.empty() ? "karmen" : fmt::format("karmen/{}", folder);
}

std::string route_of_file(std::string_view path) {
    std::string route = "/api/files/local";
    for (const std::string_view part : split(path, '/')) route += "/" + percent_encoded(part);
    return route;
}

}  // namespace

Client::Client(Executor loop, net::HttpClient& http, ClientOptions options)
    : http_(http), options_(std::move(options)), limits_(std::move(loop), options.requests_per_printer_max) {}

net::HttpRequest Client::request_to(const PrinterAddress& address, std::string_view path) const {
    net::HttpRequest request = printers::request_to(address, path);
    request.connect_timeout = options_.connect_timeout;
    // send_within limits the time, because the wait for a turn counts too.
    request.total_timeout = std::chrono::milliseconds(0);
    request.answer_bytes_max = options_.answer_bytes_max;
    return request;
}

Awaitable<HttpResult> Client::get(PrinterAddress address, std::string path) {
    net::HttpRequest request = request_to(address, path);
    co_return co_await send_within(options_.read_timeout, std::move(request), std::move(address.host));
}

Awaitable<HttpResult> Client::post(PrinterAddress address, std::string path, std::string json) {
    net::HttpRequest request = request_to(address, path);
    request.method = net::HttpMethod::kPost;
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(json);
    co_return co_await send_within(options_.command_timeout, std::move(request), std::move(address.host));
}

Awaitable<HttpResult> Client::send_within(std::chrono::milliseconds limit, net::HttpRequest request, std::string host) {
    auto result = co_await with_timeout(limit, send_in_turn(std::move(request), std::move(host)));
    if (result) co_return std::move(*result);
    co_return std::unexpected(
        HttpFailure{HttpFailure::Kind::kTimeout, fmt::format("not finished within {} ms", limit.count())});
}

Awaitable<HttpResult> Client::send_in_turn(net::HttpRequest request, std::string host) {
    HostLimits::Visit visit(limits_, host);
    const auto place = co_await visit.requests().acquire();
    co_return co_await http_.send(std::move(request));
}

Awaitable<SniffedServer> Client::sniff(PrinterAddress address) {
    const HttpResult version = co_await get(address, "/api/version");
    SniffedServer server;
    if (!version) {
        server.obstacle = diagnosis_of(version);
        co_return server;
    }
    if (version->status == 200) {
        server.version = parse_version(version->body).value_or(ServerVersion{});
        server.connected = is_octoprint(server.version) && !is_moonraker(server.version);
        if (server.connected)
            server.access_level = co_await may_command(address) ? AccessLevel::kUnlocked : AccessLevel::kReadOnly;
        else
            server.obstacle = diagnosis_of_version(server.version);
    } else if (version->status == 403) {
        const HttpResult settings = co_await get(std::move(address), "/api/settings");
        const int status = settings ? settings->status : 0;
        server.connected = status == 200 || status == 403;
        if (status == 200) server.access_level = AccessLevel::kReadOnly;
        if (status == 403) server.access_level = AccessLevel::kProtected;
        if (!server.connected) server.obstacle = diagnosis_of(settings);
    } else {
        server.obstacle = diagnosis_of(version);
    }
    co_return server;
}

/// Without a key, only a command can show it.
Awaitable<bool> Client::may_command(PrinterAddress address) {
    if (!has_api_key(address)) co_return true;
    const HttpResult user = co_await get(std::move(address), "/api/currentuser");
    co_return !user || user->status != 200 || parse_current_user(user->body).may_print;
}

/// A wrong key and one without the right get the same answer; the user that the server names tells them apart.
Awaitable<PrinterStatus> Client::explain_denial(PrinterAddress address) {
    const bool has_key = has_api_key(address);
    std::string name;
    if (has_key) {
        const HttpResult user = co_await get(std::move(address), "/api/currentuser");
        if (user && user->status == 200) name = parse_current_user(user->body).name;
    }
    co_return diagnosis_of_denial(has_key, name);
}

/// `/api/printer` answered 409: other routes tell whether the printer stopped with an error or is being connected.
Awaitable<PrinterStatus> Client::status_without_printer(PrinterAddress address) {
    const HttpResult job = co_await get(address, "/api/job");
    PrinterStatus status = parse_status_without_printer(job && job->status == 200 ? job->body : std::string_view());
    if (status.state != PrinterState::kError || !status.reason.starts_with("Offline")) co_return status;
    const HttpResult error = co_await get(std::move(address), "/api/printer/error");
    const std::string text = error && error->status == 200 ? parse_error(error->body) : std::string();
    if (!text.empty()) status.reason = text;
    co_return status;
}

Awaitable<Observed<PrinterStatus>> Client::status(PrinterAddress address) {
    const HttpResult result = co_await get(address, "/api/printer?exclude=sd");
    const auto access = observed_access(address, result);
    if (result && result->status == 409)
        co_return Observed<PrinterStatus>{co_await status_without_printer(std::move(address)), access};
    if (result && is_denied(*result))
        co_return Observed<PrinterStatus>{co_await explain_denial(std::move(address)), access};
    if (!is_invalid_data(result)) co_return Observed<PrinterStatus>{diagnosis_of(result), access};
    co_return Observed<PrinterStatus>{(result ? parse_status(result->body) : std::nullopt).value_or(invalid_data()),
                                      access};
}

Awaitable<Observed<Webcam>> Client::webcam(PrinterAddress address) {
    const HttpResult result = co_await get(address, "/api/settings");
    const auto access = observed_access(address, result);
    if (!is_invalid_data(result)) co_return Observed<Webcam>{{std::string(kWebcamNotAccessible), std::nullopt}, access};
    co_return Observed<Webcam>{(result ? parse_webcam(result->body, address, options_.camera_hosts) : std::nullopt)
                                   .value_or(Webcam{std::string(kWebcamInvalidData), std::nullopt}),
                               access};
}

Awaitable<Observed<JobReport>> Client::job(PrinterAddress address) {
    const HttpResult result = co_await get(address, "/api/job");
    const auto access = observed_access(address, result);
    if (!result || result->status != 200) co_return Observed<JobReport>{{}, access};
    co_return Observed<JobReport>{parse_job(result->body).value_or(JobReport{}), access};
}

Awaitable<std::optional<FileRecord>> Client::file_record(PrinterAddress address, std::string path) {
    co_return record_of(co_await get(std::move(address), route_of_file(path)));
}

Awaitable<Observed<CommandOutcome>> Client::connect(PrinterAddress address) {
    return bring_to(std::move(address), Connection::kOpen);
}

Awaitable<Observed<CommandOutcome>> Client::disconnect(PrinterAddress address) {
    return bring_to(std::move(address), Connection::kClosed);
}

Awaitable<Observed<CommandOutcome>> Client::bring_to(PrinterAddress address, Connection wanted) {
    // Not /api/printer, which also answers 409 while it is connecting, possibly for ever. Disconnecting must end that
    // too.
    const HttpResult current = co_await get(address, "/api/connection");
    const auto seen = observed_access(address, current);
    if (!current || !is_success(*current)) co_return Observed<CommandOutcome>{failed_outcome(current), seen};
    const auto is_closed = parse_is_closed(current->body);
    if (!is_closed) {
        CommandOutcome invalid{CommandOutcome::Result::kUnreachable, std::string(kInvalidDataText)};
        co_return Observed<CommandOutcome>{std::move(invalid), seen};
    }
    if (*is_closed == (wanted == Connection::kClosed))
        co_return Observed<CommandOutcome>{{CommandOutcome::Result::kDone, {}}, seen};
    const HttpResult result =
        co_await post(address, "/api/connection",
                      wanted == Connection::kOpen ? R"({"command":"connect"})" : R"({"command":"disconnect"})");
    co_return co_await observed_command(std::move(address), result);
}

Awaitable<Observed<CommandOutcome>> Client::command_job(PrinterAddress address, JobCommand command) {
    if (command == JobCommand::kToggle) {
        // OctoPrint 2.0 treats a paused print as printing, and would pause it again.
        const HttpResult now = co_await get(address, "/api/printer?exclude=temperature,sd");
        if (!now || (!is_success(*now) && now->status != 409)) co_return co_await observed_command(address, now);
        const auto status = parse_status(now->body);
        command = status && status->state == PrinterState::kPaused ? JobCommand::kResume : JobCommand::kPause;
    }
    const HttpResult result = co_await post(address, "/api/job", std::string(body_of(command)));
    co_return co_await observed_command(std::move(address), result);
}

/// After a refusal for lack of rights, a query shows whether the key allows nothing or only queries.
Awaitable<Observed<CommandOutcome>> Client::observed_command(PrinterAddress address, HttpResult result) {
    Observed<CommandOutcome> observed{outcome_of(result), observed_access(address, result)};
    if (!result || !is_denied(*result)) co_return observed;
    const HttpResult version = co_await get(address, "/api/version");
    if (!version || !is_success(*version)) co_return observed;
    observed.access_level = AccessLevel::kReadOnly;
    observed.value.reason = has_api_key(address) ? "The API key is good for looking only: its user may not do this"
                                                 : "Without an API key the printer may only be looked at";
    co_return observed;
}

Awaitable<Observed<PrintOutcome>> Client::print(PrinterAddress address, PrintFile file, PrintSteps& steps) {
    HostLimits::Visit visit(limits_, address.host);
    if (!visit.try_begin_upload()) {
        PrintOutcome busy{PrintOutcome::Result::kBusy, "Another file is being sent to this printer"};
        co_return Observed<PrintOutcome>{std::move(busy), std::nullopt};
    }
    const std::string path = folder_on_printer(file.folder) + "/" + file.name;
    SentFile sent{
        .path = path, .name = file.name, .size_bytes = file.size, .before = co_await file_record(address, path)};
    co_await steps.on_sending(sent.path, sent.before);
    const HttpResult result = co_await upload(address, std::move(file), visit, steps);
    const auto access = observed_access(address, result);
    auto outcome = outcome_of_upload(result);
    if (auto* unclear = std::get_if<UnclearAnswer>(&outcome))
        co_return Observed<PrintOutcome>{co_await find_out(std::move(address), std::move(sent), std::move(*unclear)),
                                         access};
    co_return Observed<PrintOutcome>{std::get<PrintOutcome>(std::move(outcome)), access};
}

Awaitable<HttpResult> Client::upload(PrinterAddress address, PrintFile file, HostLimits::Visit& visit,
                                     PrintSteps& steps) {
    const auto place = co_await with_timeout(options_.command_timeout, visit.requests().acquire());
    if (!place) co_return std::unexpected(HttpFailure{HttpFailure::Kind::kTimeout, "its turn did not come"});
    net::HttpRequest request = request_to(address, "/api/files/local");
    request.method = net::HttpMethod::kPost;
    request.idle_timeout = options_.upload_idle_timeout;
    request.answer_timeout = options_.upload_answer_timeout;
    request.upload.emplace();
    request.upload->fields = {{"path", folder_on_printer(file.folder)}, {"print", "true"}};
    request.upload->filename = std::move(file.name);
    request.upload->file = std::move(file.file);
    request.upload->size = file.size;
    request.upload->before_last_block = [&steps] { return steps.on_starting(); };
    co_return co_await http_.send(std::move(request));
}

/// A printer that begins slowly must not be reported as not printing, so it is asked for a while.
Awaitable<PrintOutcome> Client::find_out(PrinterAddress address, SentFile sent, UnclearAnswer unclear) {
    using Clock = std::chrono::steady_clock;
    const std::string told = is_usable_path(unclear.told_path) ? unclear.told_path : std::string();
    if (!told.empty()) sent.path = told;
    const auto give_up =
        Clock::now() + (unclear.may_work_on_it ? options_.upload_answer_timeout : options_.print_settle_time);
    while (true) {
        const bool is_last_time = Clock::now() >= give_up;
        auto outcome = co_await ask_whether_it_prints(address, sent, is_last_time);
        if (outcome && outcome->result != PrintOutcome::Result::kStarted && !unclear.why.empty())
            outcome->reason = bounded_text(unclear.why + ". " + outcome->reason);
        if (outcome) outcome->path = told;
        if (outcome) co_return std::move(*outcome);
        co_await sleep_for(options_.ask_again_pause);
    }
}

/// nullopt if it does not know yet; never nullopt if `is_last_time`.
Awaitable<std::optional<PrintOutcome>> Client::ask_whether_it_prints(PrinterAddress address, const SentFile& sent,
                                                                     bool is_last_time) {
    using Result = PrintOutcome::Result;
    const auto verdict = verdict_on_job(co_await get(address, "/api/job"), sent);
    if (verdict == JobVerdict::kPrintsIt) co_return PrintOutcome{Result::kStarted, {}};
    if (verdict) {
        const auto file = co_await file_record(address, sent.path);
        if (was_printed(file, sent)) co_return PrintOutcome{Result::kStarted, {}};
        if (is_last_time || verdict == JobVerdict::kPrintsAnother) co_return outcome_unprinted(*verdict, file, sent);
    }
    if (!is_last_time) co_return std::nullopt;
    co_return PrintOutcome{Result::kUnknown, "It is not known whether the printer prints: look at it"};
}

}  // namespace karmen::printers::octoprint
