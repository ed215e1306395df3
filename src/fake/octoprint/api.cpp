#include "fake/octoprint/api.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "fake/octoprint/json.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace karmen::fake {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kCommandBytesMax = 100 * 1024;

constexpr std::string_view kNoSuchUrl =
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try "
    "again.";
constexpr std::string_view kNoSuchMethod = "The method is not allowed for the requested URL.";
constexpr std::string_view kNotUnderstood =
    "The browser (or proxy) sent a request that this server could not understand.";

bool fits(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with('*')) return pattern == path;
    pattern.remove_suffix(1);
    return path.starts_with(pattern) && path.size() > pattern.size();
}

/// The word under `name`; empty when there is none.
std::string_view word(const json::object& command, std::string_view name) {
    const auto* value = command.if_contains(name);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view{};
}

std::optional<JobCommand> job_command(const json::object& command) {
    const auto name = word(command, "command");
    if (name == "start") return JobCommand::kStart;
    if (name == "cancel") return JobCommand::kCancel;
    if (name == "restart") return JobCommand::kRestart;
    if (name != "pause") return std::nullopt;
    const auto action = word(command, "action");
    if (action == "pause") return JobCommand::kPause;
    if (action == "resume") return JobCommand::kResume;
    return JobCommand::kTogglePause;
}

PrinterQuery printer_query(const http::Query& query) {
    PrinterQuery wanted;
    for (const auto part : split(http::find(query, "exclude").value_or(""), ',')) {
        if (part == "temperature") wanted.excludes_temperature = true;
        if (part == "sd") wanted.excludes_sd = true;
        if (part == "state") wanted.excludes_state = true;
    }
    wanted.wants_history = equals_ignoring_case(http::find(query, "history").value_or(""), "true");
    const auto limit = parse_int(http::find(query, "limit").value_or(""));
    if (limit && *limit >= 0) wanted.history_limit = static_cast<std::size_t>(*limit);
    return wanted;
}

}  // namespace

const OctoPrintApi::Route OctoPrintApi::kRoutes[] = {
    {"GET", "/", &OctoPrintApi::get_root},
    {"GET", "/api/version", &OctoPrintApi::get_version},
    {"GET", "/api/server", &OctoPrintApi::get_server},
    {"GET", "/api/currentuser", &OctoPrintApi::get_current_user},
    {"POST", "/api/login", &OctoPrintApi::post_login},
    {"GET", "/api/settings", &OctoPrintApi::get_settings},
    {"GET", "/plugin/appkeys/probe", &OctoPrintApi::get_app_keys_probe},
    {"POST", "/plugin/appkeys/request", &OctoPrintApi::post_app_key_request},
    {"GET", "/plugin/appkeys/request/*", &OctoPrintApi::get_app_key},
    {"GET", "/api/connection", &OctoPrintApi::get_connection},
    {"POST", "/api/connection", &OctoPrintApi::post_connection},
    {"GET", "/api/printer", &OctoPrintApi::get_printer},
    {"GET", "/api/printer/error", &OctoPrintApi::get_printer_error},
    {"GET", "/api/printer/*", &OctoPrintApi::get_printer_part},
    {"POST", "/api/printer/*", &OctoPrintApi::post_printer_part},
    {"GET", "/api/job", &OctoPrintApi::get_job},
    {"POST", "/api/job", &OctoPrintApi::post_job},
    {"GET", "/api/files", &OctoPrintApi::get_files},
    {"GET", "/api/files/local", &OctoPrintApi::get_files},
    {"POST", "/api/files/local", &OctoPrintApi::post_upload},
    {"GET", "/api/files/local/*", &OctoPrintApi::get_file},
    {"POST", "/api/files/local/*", &OctoPrintApi::post_file},
    {"DELETE", "/api/files/local/*", &OctoPrintApi::delete_file},
};

Awaitable<http::Response> OctoPrintApi::handle(Call& call) {
    std::optional<Refusal> refusal;
    try {
        co_return co_await dispatch(call);
    } catch (const Refused& refused) {
        refusal = refused.refusal();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kBodyTooLarge) throw;
    }
    if (refusal) co_return error_answer(*refusal, context_.options.version);
    // If the body is too long, the real server answers without a text and closes the connection without reading the
    // rest.
    co_return raw_answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                         http::ConnectionEnd::kClose);
}

Awaitable<http::Response> OctoPrintApi::dispatch(Call& call) {
    const std::string_view method = call.request.method == "HEAD" ? "GET" : std::string_view(call.request.method);
    bool is_known_path = false;
    for (const auto& route : kRoutes) {
        if (!fits(route.path, call.path)) continue;
        is_known_path = true;
        if (route.method != method) continue;
        call.rest = call.path.substr(route.path.size() - 1);
        co_return co_await (this->*route.handler)(call);
    }
    if (is_known_path) throw Refused(405, std::string(kNoSuchMethod));
    throw Refused(404, std::string(kNoSuchUrl));
}

void OctoPrintApi::require(const Call& call, Method method, Need need) const {
    const auto refusal = refuse(context_.options.access, context_.options.version, call.caller, method, need);
    if (refusal) throw Refused(*refusal);
}

void OctoPrintApi::require_operational() const {
    if (context_.printer.phase() == Phase::kNotConnected) throw Refused(409, "Printer is not operational");
}

http::Response OctoPrintApi::found(const json::value& body) const {
    return json_answer(200, body, Caching::kRevalidate, context_.options.version);
}

Awaitable<json::object> OctoPrintApi::read_command(Call& call) const {
    call.request.body->limit(kCommandBytesMax);
    const std::string text = co_await http::read_all(*call.request.body);
    const auto type = call.request.headers.find("Content-Type").value_or("");
    if (!starts_with_ignoring_case(type, "application/json")) {
        const bool is_old = context_.options.version < OctoPrintVersion{1, 9, 0};
        throw Refused(400, is_old ? "Expected content-type JSON" : std::string(kNotUnderstood));
    }
    boost::system::error_code error;
    const json::value body = json::parse(text, error);
    if (error || !body.is_object()) throw Refused(400, std::string(kNotUnderstood));
    co_return body.get_object();
}

// --- the server and its users ---

Awaitable<http::Response> OctoPrintApi::get_root(Call&) {
    auto response = html_answer(302, "Found");
    response.headers.add("Location", "/login/?redirect=%2F%3F");
    co_return response;
}

Awaitable<http::Response> OctoPrintApi::get_version(Call& call) {
    require(call, Method::kGet, Need::kRead);
    co_return found(version_json(context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::get_server(Call& call) {
    require(call, Method::kGet, Need::kRead);
    co_return found(server_json(context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::get_current_user(Call& call) {
    // A guest without any rights is answered, too.
    if (call.caller == Caller::kWrongKey) {
        const AccessOptions open{.api_key = {}, .read_only_key = {}, .guests = GuestRights::kAll};
        const auto refusal = refuse(open, context_.options.version, call.caller, Method::kGet, Need::kRead);
        if (refusal) throw Refused(*refusal);
    }
    co_return found(current_user_json(call.caller));
}

Awaitable<http::Response> OctoPrintApi::post_login(Call& call) {
    const auto command = co_await read_command(call);
    const auto* passive = command.if_contains("passive");
    if (!passive || !passive->is_bool() || !passive->get_bool()) {
        throw Refused(403, "User unknown or password incorrect");
    }
    co_return json_answer(200, login_json(call.caller, random_hex(16)), Caching::kForbidden, context_.options.version);
}

Awaitable<http::Response> OctoPrintApi::get_settings(Call& call) {
    require(call, Method::kGet, Need::kRead);
    const auto& options = context_.options;
    const SettingsFacts facts{options.name, options.webcam, call.host, options.access.api_key, call.caller};
    co_return found(settings_json(facts, options.version));
}

Awaitable<http::Response> OctoPrintApi::get_app_keys_probe(Call&) {
    co_return nothing_answer();
}

Awaitable<http::Response> OctoPrintApi::post_app_key_request(Call& call) {
    const auto command = co_await read_command(call);
    const std::string app(word(command, "app"));
    if (app.empty()) throw Refused(400, "No app name provided");
    const std::string token = context_.app_keys.request(app, context_.now());
    const json::object body{{"app_token", token}, {"auth_dialog", call.base_url() + "/plugin/appkeys/auth/" + token}};
    auto response = json_answer(201, body, Caching::kForbidden, context_.options.version);
    response.headers.add("Location", call.base_url() + "/plugin/appkeys/request/" + token);
    co_return response;
}

Awaitable<http::Response> OctoPrintApi::get_app_key(Call& call) {
    const AppKeys::Decision decision = context_.app_keys.poll(call.rest, context_.now());
    const auto& version = context_.options.version;
    if (decision.answer == AppKeys::Answer::kGone) throw Refused(404, std::string(kNoSuchUrl));
    if (decision.answer == AppKeys::Answer::kPending)
        co_return json_answer(202, json::object{{"message", "Awaiting decision"}}, Caching::kForbidden, version);
    co_return json_answer(200, json::object{{"api_key", decision.api_key}}, Caching::kForbidden, version);
}

// --- the printer ---

Awaitable<http::Response> OctoPrintApi::get_connection(Call& call) {
    require(call, Method::kGet, Need::kRead);
    co_return found(connection_json(context_.printer, context_.serial, context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::post_connection(Call& call) {
    require(call, Method::kPost, Need::kControl);
    const auto command = co_await read_command(call);
    const auto name = word(command, "command");
    if (name == "connect") {
        connect(command);
    } else if (name == "disconnect") {
        context_.printer.disconnect();
    } else if (name != "fake_ack") {
        throw Refused(400, "command is invalid");
    }
    co_return nothing_answer();
}

void OctoPrintApi::connect(const json::object& command) {
    SerialConnection serial = context_.serial;
    const bool is_detection = word(command, "port") == "AUTO";
    if (command.contains("port") && !is_detection) {
        serial.port = word(command, "port");
        if (std::ranges::find(kSerialPorts, serial.port) == kSerialPorts.end()) throw Refused(400, "port is invalid");
    }
    if (const auto* baudrate = command.if_contains("baudrate")) {
        serial.baudrate = baudrate->is_int64() ? baudrate->get_int64() : 0;
        if (std::ranges::find(kBaudrates, serial.baudrate) == kBaudrates.end()) {
            throw Refused(400, "baudrate is invalid");
        }
    }
    if (command.contains("printerProfile") && word(command, "printerProfile") != kPrinterProfile) {
        throw Refused(400, "printerProfile is invalid");
    }
    if (context_.printer.state_facts().connection_text != "Closed") return;
    context_.serial = serial;
    if (is_detection) {
        context_.printer.connect_by_detection();
    } else {
        context_.printer.connect();
    }
}

Awaitable<http::Response> OctoPrintApi::get_printer(Call& call) {
    require(call, Method::kGet, Need::kRead);
    require_operational();
    co_return found(printer_json(context_.printer, printer_query(call.request.query), context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::get_printer_error(Call& call) {
    if (!context_.options.version.tells_printer_error()) throw Refused(404, std::string(kNoSuchUrl));
    require(call, Method::kGet, Need::kRead);
    co_return found(printer_error_json(context_.printer));
}

Awaitable<http::Response> OctoPrintApi::get_printer_part(Call& call) {
    require(call, Method::kGet, Need::kRead);
    if (call.rest != "tool" && call.rest != "bed" && call.rest != "chamber" && call.rest != "sd") {
        throw Refused(404, std::string(kNoSuchUrl));
    }
    require_operational();
    if (call.rest == "chamber") throw Refused(409, "Printer does not have a heated chamber");
    if (call.rest == "sd") co_return found(json::object{{"ready", true}});
    json::object body;
    const auto all = printer_json(context_.printer, {});
    for (const auto& heater : all.at("temperature").get_object()) {
        if (std::string_view(heater.key()).starts_with(call.rest)) body[heater.key()] = heater.value();
    }
    co_return found(body);
}

Awaitable<http::Response> OctoPrintApi::post_printer_part(Call& call) {
    require(call, Method::kPost, Need::kControl);
    static constexpr std::string_view kParts[] = {"command", "tool", "bed", "printhead", "sd"};
    if (std::ranges::find(kParts, call.rest) == std::end(kParts)) throw Refused(404, std::string(kNoSuchUrl));
    co_await read_command(call);
    require_operational();
    co_return nothing_answer();
}

Awaitable<http::Response> OctoPrintApi::get_job(Call& call) {
    require(call, Method::kGet, Need::kRead);
    co_return found(job_json(context_.printer, context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::post_job(Call& call) {
    // Up to 1.10 a command that does not exist is refused before anybody asks who sent it.
    if (context_.options.version.checks_csrf()) require(call, Method::kPost, Need::kControl);
    auto command = job_command(co_await read_command(call));
    if (!command) throw Refused(400, "command is invalid");
    if (command == JobCommand::kTogglePause && context_.options.version.takes_paused_for_printing())
        command = JobCommand::kPause;
    require(call, Method::kPost, Need::kControl);
    const auto refusal = refusal_text(context_.printer.command(*command));
    if (!refusal.empty()) throw Refused(409, std::string(refusal));
    co_return nothing_answer();
}

// --- files ---

Awaitable<http::Response> OctoPrintApi::get_files(Call& call) {
    require(call, Method::kGet, Need::kRead);
    const auto& files = context_.printer.files();
    const std::string etag = "\"" + std::to_string(files.revision()) + "\"";
    const bool is_recursive = equals_ignoring_case(http::find(call.request.query, "recursive").value_or(""), "true");
    auto response = found(files_json(files, "", is_recursive ? Recursion::kWholeTree : Recursion::kThisFolder,
                                     call.base_url(), context_.options.version));
    if (call.request.headers.find("If-None-Match") == etag) response = http::Response::text(304, {}, {});
    response.headers.add("ETag", etag);
    co_return response;
}

Awaitable<http::Response> OctoPrintApi::get_file(Call& call) {
    require(call, Method::kGet, Need::kRead);
    const auto& files = context_.printer.files();
    if (const auto* file = files.find(call.rest)) {
        co_return found(file_json(*file, call.base_url(), context_.options.version));
    }
    if (!files.has_folder(call.rest)) throw Refused(404, std::string(kNoSuchUrl));
    co_return found(files_json(files, call.rest, Recursion::kThisFolder, call.base_url(), context_.options.version));
}

Awaitable<http::Response> OctoPrintApi::post_file(Call& call) {
    require(call, Method::kPost, Need::kControl);
    const auto command = co_await read_command(call);
    if (word(command, "command") != "select") throw Refused(400, "command is invalid");
    auto& printer = context_.printer;
    if (!printer.files().find(call.rest)) throw Refused(404, std::string(kNoSuchUrl));
    if (printer.phase() != Phase::kOperational) {
        throw Refused(409, "Printer is already printing, cannot select a new file");
    }
    const auto* print = command.if_contains("print");
    if (print && print->is_bool() && print->get_bool()) {
        printer.select_and_print(call.rest);
    } else {
        printer.select(call.rest);
    }
    co_return nothing_answer();
}

Awaitable<http::Response> OctoPrintApi::delete_file(Call& call) {
    require(call, Method::kPost, Need::kControl);
    auto& printer = context_.printer;
    if (!printer.files().find(call.rest)) throw Refused(404, std::string(kNoSuchUrl));
    if (printer.is_printing(call.rest)) throw Refused(409, "Trying to delete a file that is currently in use");
    printer.deselect(call.rest);
    printer.files().remove(call.rest);
    co_return nothing_answer();
}

}  // namespace karmen::fake
