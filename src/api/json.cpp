#include "api/json.hpp"

#include "base/clock.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <optional>

namespace karmen::api {

namespace json = boost::json;

namespace {

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value_from(*value) : json::value(nullptr);
}

json::value or_null(const std::optional<Uuid>& uuid) {
    return uuid ? json::value(uuid->to_string()) : json::value(nullptr);
}

json::value or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object version_json(const ServerVersion& version) {
    json::object object;
    if (!version.api.empty()) object["api"] = version.api;
    if (!version.server.empty()) object["server"] = version.server;
    if (!version.text.empty()) object["text"] = version.text;
    return object;
}

json::object client_json(const PrinterClient& client) {
    return {{"name", client.name},
            {"version", version_json(client.version)},
            {"connected", client.connected},
            {"access_level", to_string(client.access_level)},
            {"api_key", or_null(masked_api_key(client.api_key))}};
}

json::value props_json(const std::optional<PrinterProps>& props) {
    if (!props) return nullptr;
    json::object object;
    for (const auto& [name, value] : *props)
        object[name] = std::visit(
            [](const auto& held) -> json::value {
                if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
                    return nullptr;
                else
                    return json::value_from(held);
            },
            value);
    return object;
}

json::object status_json(const PrinterSnapshot& snapshot) {
    const PrinterStatus& status = snapshot.status;
    json::object temperature;
    for (const auto& [heater, value] : status.temperature) {
        json::object& entry = temperature[heater].emplace_object();
        entry = {{"actual", or_null(value.actual)}, {"target", or_null(value.target)}};
        if (value.offset) entry["offset"] = *value.offset;
    }
    const auto age_s = snapshot.age ? json::value(std::chrono::duration<double>(*snapshot.age).count()) : nullptr;
    return {{"state", status.text},
            {"code", status_code(status.state)},
            {"reason", or_null(status.reason)},
            {"since", snapshot.since ? json::value(to_iso8601(*snapshot.since)) : json::value(nullptr)},
            {"age_s", age_s},
            {"temperature", std::move(temperature)}};
}

json::object webcam_json(const Webcam& webcam, const Uuid& printer) {
    json::object object{{"message", webcam.message}};
    if (!webcam.reason.empty()) object["reason"] = webcam.reason;
    if (!webcam.stream) return object;
    object["stream"] = webcam.stream->address.url;
    object["flipHorizontal"] = webcam.stream->flip_horizontal;
    object["flipVertical"] = webcam.stream->flip_vertical;
    object["rotate90"] = webcam.stream->rotate_90;
    object["proxied"] = "/proxied-webcam/" + printer.to_string();
    return object;
}

json::object job_json(const std::optional<PrinterJob>& job, const std::optional<services::ShownPrint>& print) {
    if (!job) return {};
    json::object object{{"name", or_null(job->name)},
                        {"completion", or_null(job->completion)},
                        {"printTimeLeft", or_null(job->print_time_left_s)},
                        {"printTime", or_null(job->print_time_s)}};
    if (!print) return object;
    object["print_job"] = or_null(print->print_job);
    object["foreign"] = !print->print_job;
    return object;
}

json::object tool_json(const GcodeAnalysis::Tool& tool) {
    return {{"index", tool.index},
            {"length_mm", or_null(tool.length_mm)},
            {"volume_cm3", or_null(tool.volume_cm3)},
            {"type", or_null(tool.type)},
            {"temperature", or_null(tool.temperature)},
            {"temperature_first", or_null(tool.temperature_first)}};
}

json::value analysis_json(const Gcode& gcode) {
    if (!gcode.analysis) {
        if (gcode.analysis_error) return json::object{{"error", *gcode.analysis_error}};
        return nullptr;
    }
    const GcodeAnalysis& facts = *gcode.analysis;
    json::array tools;
    for (const GcodeAnalysis::Tool& tool : facts.tools) tools.push_back(tool_json(tool));
    return json::object{{"filament",
                         {{"length_mm", or_null(facts.filament.length_mm)},
                          {"volume_cm3", or_null(facts.filament.volume_cm3)},
                          {"type", or_null(facts.filament.type)}}},
                        {"temperatures",
                         {{"bed", or_null(facts.temperatures.bed)},
                          {"bed_first", or_null(facts.temperatures.bed_first)},
                          {"tool0", or_null(facts.temperatures.tool0)},
                          {"tool0_first", or_null(facts.temperatures.tool0_first)}}},
                        {"time", {{"estimate_s", or_null(facts.time.estimate_s)}}},
                        {"slicer", or_null(facts.slicer)},
                        {"tools", std::move(tools)},
                        {"nozzle_diameter_mm", or_null(facts.nozzle_diameter_mm)},
                        {"printer_model", or_null(facts.printer_model)},
                        {"layer_height_mm", or_null(facts.layer_height_mm)},
                        {"layer_height_first_mm", or_null(facts.layer_height_first_mm)},
                        {"layer_count", or_null(facts.layer_count)}};
}

}  // namespace

json::object to_json(const services::PrinterView& view) {
    const Printer& printer = view.printer;
    json::object object{{"id", printer.id.to_string()},
                        {"client", client_json(printer.client)},
                        {"printer_props", props_json(printer.props)},
                        {"name", printer.name},
                        {"hostname", or_null(printer.hostname)},
                        {"tls_fingerprint", or_null(printer.tls_fingerprint)},
                        {"host", printer.host},
                        {"protocol", to_string(printer.protocol)}};
    if (view.fields.status) object["status"] = status_json(view.snapshot);
    if (view.fields.webcam) object["webcam"] = webcam_json(view.snapshot.webcam, printer.id);
    if (view.fields.job) object["job"] = job_json(view.snapshot.job, view.print);
    return object;
}

json::object to_json(const Gcode& gcode) {
    return {{"id", gcode.id},
            {"path", gcode.path},
            {"filename", gcode.filename},
            {"display", gcode.display},
            {"absolute_path", gcode.absolute_path},
            {"uploaded", to_iso8601(gcode.uploaded)},
            {"size", gcode.size_bytes},
            {"data", "/gcodes/" + std::to_string(gcode.id) + "/data"},
            {"sha256", or_null(gcode.sha256)},
            {"has_thumbnail", gcode.has_thumbnail()},
            {"analysis", analysis_json(gcode)},
            {"user_uuid", or_null(gcode.user)},
            {"username", or_null(gcode.username)}};
}

json::object to_json(const PrintJob& job) {
    return {{"id", job.id},
            {"started", to_iso8601(job.started)},
            {"gcode_data",
             {{"id", job.gcode.id},
              {"filename", job.gcode.filename},
              {"size", job.gcode.size_bytes},
              {"available", job.gcode.available}}},
            {"printer_data", {{"host", job.printer.host}, {"name", job.printer.name}, {"client", job.printer.client}}},
            {"printer_id", or_null(job.printer_id)},
            {"state", to_string(job.state)},
            {"progress", or_null(job.progress)},
            {"ended", job.ended ? json::value(to_iso8601(*job.ended)) : json::value(nullptr)},
            {"result", has_result(job.state) ? json::value(to_string(job.state)) : json::value(nullptr)},
            {"reason", or_null(job.reason)},
            {"user_uuid", or_null(job.user)},
            {"username", or_null(job.username)}};
}

json::object to_json(const User& user) {
    return {{"uuid", user.uuid.to_string()},
            {"username", user.username},
            {"role", to_string(user.role)},
            {"suspended", user.suspended}};
}

json::object to_json(const ApiToken& token) {
    return {{"jti", token.jti.to_string()}, {"name", token.name}, {"created", to_iso8601(token.created)}};
}

json::object to_json(const LoginSession& session) {
    return {{"id", session.id.to_string()},
            {"created", to_iso8601(session.created)},
            {"last_used", to_iso8601(session.last_used)},
            {"expires", to_iso8601(session.expires)},
            {"address", session.address},
            {"agent", session.agent}};
}

json::object to_json(const AuditEntry& entry) {
    return {{"id", entry.id},
            {"time", to_iso8601(entry.time)},
            {"action", entry.action},
            {"user_uuid", or_null(entry.user)},
            {"username", or_null(entry.username)},
            {"address", or_null(entry.address)},
            {"target", entry.target},
            {"result", entry.result},
            {"times", entry.times}};
}

json::object pick(json::object object, const std::vector<std::string>& fields) {
    if (fields.empty()) return object;
    json::object picked;
    for (const auto& member : object)
        if (std::ranges::find(fields, std::string_view(member.key())) != fields.end())
            picked[member.key()] = member.value();
    return picked;
}

}  // namespace karmen::api
