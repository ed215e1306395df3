#include "fake/admin_api.hpp"

#include "base/text.hpp"
#include "fake/answer.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace karmen::fake {

namespace json = boost::json;

namespace {

constexpr std::string_view kUsualError =
    "Thermal Runaway, system stopped! Heater_ID: bed - Printer halted. kill() called!";

constexpr std::array<std::pair<std::string_view, WebcamSetting>, 4> kWebcams{{
    {"relative", WebcamSetting::kRelative},
    {"absolute", WebcamSetting::kAbsolute},
    {"missing", WebcamSetting::kMissing},
    {"disabled", WebcamSetting::kDisabled},
}};

std::string text_of(const json::object& object, std::string_view name, std::string_view otherwise = {}) {
    const auto* value = object.if_contains(name);
    if (!value) return std::string(otherwise);
    if (!value->is_string()) throw Refused(400, fmt::format("{} must be a text", name));
    return std::string(value->get_string());
}

std::optional<double> number_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value) return std::nullopt;
    if (!value->is_number()) throw Refused(400, fmt::format("{} must be a number", name));
    const double number = value->to_number<double>();
    if (!(number > 0 && number <= 1e9)) throw Refused(400, fmt::format("{} must be above 0 and at most 1e9", name));
    return number;
}

json::array files_of(const FileTable& table) {
    json::array files;
    for (const auto& [path, file] : table.files()) {
        files.push_back({{"path", path}, {"sha1", file.sha1}, {"sha256", file.sha256}, {"size", file.size_bytes}});
    }
    return files;
}

json::array rules_of(const FaultSwitch& faults) {
    json::array rules;
    for (const auto& rule : faults.rules()) {
        rules.push_back({{"amount", rule.amount},
                         {"count", rule.count ? json::value(*rule.count) : json::value(nullptr)},
                         {"fault", facts(rule.fault).name},
                         {"path", rule.path}});
    }
    return rules;
}

}  // namespace

Awaitable<http::Response> AdminApi::handle(http::Request& request, std::string_view path) {
    const auto& version = context_.options.version;
    std::optional<Refusal> refusal;
    try {
        const std::string text = co_await http::read_all(*request.body);
        boost::system::error_code error;
        const json::value body = text.empty() ? json::value(json::object()) : json::parse(text, error);
        if (error || !body.is_object()) throw Refused(400, "The body must be a JSON object");
        const std::string call = request.method + " " + std::string(path);
        if (call == "POST /fake/state") {
            change(body.get_object());
        } else if (call == "POST /fake/fault") {
            add_fault(body.get_object());
        } else if (call == "DELETE /fake/fault") {
            context_.faults.clear();
        } else if (call != "GET /fake/state") {
            throw Refused(404, "There are GET and POST /fake/state, POST and DELETE /fake/fault");
        }
        context_.printer.advance(context_.now());
        co_return json_answer(200, state(), Caching::kForbidden, version);
    } catch (const Refused& refused) {
        refusal = refused.refusal();
    }
    co_return error_answer(*refusal, version);
}

json::object AdminApi::state() const {
    const auto& printer = context_.printer;
    const auto* selected = printer.selected_file();
    const auto completion = printer.progress().completion;
    json::object begun;
    for (const auto& [path, count] : printer.prints_begun()) begun[path] = count;
    json::object requests;
    for (const auto& [call, count] : context_.requests) requests[call] = count;
    json::array waiting;
    for (const std::string& app : context_.app_keys.waiting(context_.now())) waiting.emplace_back(app);
    return {{"abortedUploads", context_.aborted_uploads},
            {"appKeysWaiting", std::move(waiting)},
            {"completion", completion ? json::value(*completion) : json::value(nullptr)},
            {"error", printer.error()},
            {"faults", rules_of(context_.faults)},
            {"files", files_of(printer.files())},
            {"name", context_.options.name},
            {"printsBegun", std::move(begun)},
            {"requests", std::move(requests)},
            {"selected", selected ? json::value(selected->path) : json::value(nullptr)},
            {"state", printer.state_facts().text},
            {"version", context_.options.version.to_string()},
            {"webcamViewers", context_.webcam_viewers}};
}

void AdminApi::change(const json::object& wanted) {
    static constexpr std::array<std::string_view, 7> kMembers{"state",   "error",  "advance_s", "speed",
                                                              "stalled", "webcam", "app_keys"};
    for (const auto& member : wanted) {
        if (std::ranges::find(kMembers, std::string_view(member.key())) == kMembers.end()) {
            throw Refused(400, fmt::format("Unknown member {}; there are {}", std::string_view(member.key()),
                                           fmt::join(kMembers, ", ")));
        }
    }
    context_.printer.advance(context_.now());
    if (const auto speed = number_of(wanted, "speed")) {
        // Written so that NaN is refused, too.
        if (!(*speed >= 0 && *speed <= kSpeedMax))
            throw Refused(400, fmt::format("speed must be a number from 0 to {}", kSpeedMax));
        context_.printer.set_speed(*speed);
    }
    if (const auto* stalled = wanted.if_contains("stalled")) {
        if (!stalled->is_bool()) throw Refused(400, "stalled must be true or false");
        context_.printer.set_stalled(stalled->get_bool());
    }
    if (wanted.contains("webcam")) {
        const std::string name = text_of(wanted, "webcam");
        const auto setting = std::ranges::find(kWebcams, name, [](const auto& row) { return row.first; });
        if (setting == kWebcams.end()) throw Refused(400, "webcam must be relative, absolute, missing or disabled");
        context_.options.webcam = setting->second;
    }
    if (wanted.contains("app_keys")) decide_app_keys(text_of(wanted, "app_keys"));
    if (wanted.contains("state")) change_state(text_of(wanted, "state"), wanted);
    if (const auto seconds = number_of(wanted, "advance_s")) {
        context_.clock_ahead += std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    }
}

void AdminApi::change_state(std::string_view name, const json::object& wanted) {
    auto& printer = context_.printer;
    if (name == "connect") return printer.connect_completely();
    if (name == "disconnect") return printer.disconnect();
    if (name == "error") return printer.fail(text_of(wanted, "error", kUsualError));
    const auto state = parse_state(name);
    if (!state) throw Refused(400, "state must be connect, disconnect, error or the text of one of OctoPrint's states");
    if (!printer.force(*state)) throw Refused(409, "A state of a print needs a selected file");
}

/// As somebody in OctoPrint's page does.
void AdminApi::decide_app_keys(std::string_view decision) {
    if (decision == "deny") return context_.app_keys.deny_all();
    if (decision != "allow") throw Refused(400, "app_keys must be allow or deny");
    for (std::string& key : context_.app_keys.allow_all()) context_.options.access.app_keys.push_back(std::move(key));
}

void AdminApi::add_fault(const json::object& wanted) {
    auto rule = fault_by_name(text_of(wanted, "fault"));
    if (!rule) {
        std::vector<std::string_view> names;
        for (const auto& fault : kFaults) names.push_back(fault.name);
        throw Refused(400, fmt::format("fault must be one of {}", fmt::join(names, ", ")));
    }
    rule->path = text_of(wanted, "path");
    rule->location = text_of(wanted, "location", rule->location);
    if (const auto count = number_of(wanted, "count")) rule->count = static_cast<std::uint64_t>(*count);
    if (const auto amount = number_of(wanted, "amount")) rule->amount = static_cast<std::int64_t>(*amount);
    context_.faults.add(std::move(*rule));
}

}  // namespace karmen::fake
