#include "fake/octoprint/json.hpp"

#include <boost/json.hpp>

namespace karmen::fake {

namespace json = boost::json;

namespace {

template <class T>
json::value or_null(const std::optional<T>& value) {
    if (!value) return nullptr;
    return json::value(*value);
}

std::int64_t unix_seconds(Timestamp time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

json::object filament_json(const FileAnalysis& analysis) {
    return {{"tool0", {{"length", analysis.filament_mm}, {"volume", 0.0}}}};
}

json::object progress_json(const JobProgress& progress) {
    return {{"completion", or_null(progress.completion)},
            {"filepos", or_null(progress.filepos)},
            {"printTime", or_null(progress.print_time_s)},
            {"printTimeLeft", or_null(progress.print_time_left_s)},
            {"printTimeLeftOrigin", or_null(progress.left_origin)}};
}

/// Before the first select of its life, a server has other members than after a deselect.
json::object never_selected_json(const OctoPrintVersion& version, std::string_view state) {
    const std::string_view origin_key =
        version < OctoPrintVersion{1, 10, 0} ? "printTimeOrigin" : "printTimeLeftOrigin";
    json::object file{{"date", nullptr}, {"name", nullptr}, {"origin", nullptr}, {"path", nullptr}, {"size", nullptr}};
    return {{"job",
             {{"estimatedPrintTime", nullptr},
              {"filament", {{"length", nullptr}, {"volume", nullptr}}},
              {"file", std::move(file)},
              {"lastPrintTime", nullptr},
              {"user", nullptr}}},
            {"progress",
             {{"completion", nullptr},
              {"filepos", nullptr},
              {"printTime", nullptr},
              {"printTimeLeft", nullptr},
              {origin_key, nullptr}}},
            {"state", state}};
}

json::object deselected_job_json() {
    json::object file{{"date", nullptr},   {"display", nullptr}, {"name", nullptr},
                      {"origin", nullptr}, {"path", nullptr},    {"size", nullptr}};
    return {{"averagePrintTime", nullptr}, {"estimatedPrintTime", nullptr}, {"filament", nullptr},
            {"file", std::move(file)},     {"lastPrintTime", nullptr},      {"user", nullptr}};
}

json::object selected_job_json(const StoredFile& file) {
    json::value average = nullptr;
    json::value last = nullptr;
    if (file.successes > 0) average = file.success_time_sum_s / file.successes;
    if (file.last_print && file.last_print->succeeded) last = file.last_print->duration_s;
    const std::string_view name = name_of(file.path);
    return {{"averagePrintTime", average},
            {"estimatedPrintTime", file.analysis ? json::value(file.analysis->estimate_s) : nullptr},
            {"filament", file.analysis ? json::value(filament_json(*file.analysis)) : nullptr},
            {"file",
             {{"date", unix_seconds(file.date)},
              {"display", name},
              {"name", name},
              {"origin", "local"},
              {"path", file.path},
              {"size", file.size_bytes}}},
            {"lastPrintTime", last},
            {"user", file.user}};
}

json::object temperatures_json(const std::vector<TemperatureReading>& readings) {
    json::object object;
    for (const auto& reading : readings) {
        object[reading.heater] = {{"actual", or_null(reading.actual)}, {"offset", 0}, {"target", reading.target}};
    }
    return object;
}

json::array history_json(const OctoPrintPrinter& printer, std::size_t limit) {
    const auto& samples = printer.temperature_history();
    json::array array;
    for (std::size_t i = samples.size() - std::min(limit, samples.size()); i < samples.size(); ++i) {
        json::object entry{{"time", unix_seconds(samples[i].time)}};
        for (const auto& reading : samples[i].readings) {
            entry[reading.heater] = {{"actual", or_null(reading.actual)}, {"target", reading.target}};
        }
        array.push_back(std::move(entry));
    }
    return array;
}

}  // namespace

json::object error_json(std::string_view text) {
    return {{"error", text}};
}

json::object version_json(const OctoPrintVersion& version) {
    return {{"api", "0.1"}, {"server", version.to_string()}, {"text", "OctoPrint " + version.to_string()}};
}

json::object server_json(const OctoPrintVersion& version) {
    return {{"safemode", nullptr}, {"version", version.to_string()}};
}

json::object connection_json(const OctoPrintPrinter& printer, const SerialConnection& serial,
                             const OctoPrintVersion& version) {
    const std::string_view state = printer.state_facts().connection_text;
    const bool is_closed = state == "Closed";
    json::object body{{"current",
                       {{"baudrate", is_closed ? json::value(nullptr) : json::value(serial.baudrate)},
                        {"port", is_closed ? json::value(nullptr) : json::value(serial.port)},
                        {"printerProfile", kPrinterProfile},
                        {"state", state}}},
                      {"options",
                       {{"baudratePreference", serial.baudrate},
                        {"baudrates", json::array(kBaudrates.begin(), kBaudrates.end())},
                        {"portPreference", serial.port},
                        {"ports", json::array(kSerialPorts.begin(), kSerialPorts.end())},
                        {"printerProfilePreference", kPrinterProfile},
                        {"printerProfiles", json::array{{{"id", kPrinterProfile}, {"name", "Default"}}}}}}};
    if (!version.has_connectors()) return body;
    body["options"].as_object()["autoconnect"] = true;
    if (is_closed) {
        json::object& current = body["current"].as_object();
        current["printerProfile"] = nullptr;
        current["state"] = "Offline";
    }
    return body;
}

json::object printer_json(const OctoPrintPrinter& printer, const PrinterQuery& query, const OctoPrintVersion& version) {
    json::object body;
    const Flags& flags = printer.state_facts().flags;
    if (!query.excludes_sd) body["sd"] = {{"ready", true}};
    if (!query.excludes_state) {
        body["state"] = {{"error", printer.error()},
                         {"flags",
                          {{"cancelling", flags.cancelling},
                           {"closedOrError", flags.closed_or_error},
                           {"error", flags.error},
                           {"finishing", flags.finishing},
                           {"operational", flags.operational},
                           {"paused", flags.paused},
                           {"pausing", flags.pausing},
                           {"printing", flags.printing || (flags.paused && version.takes_paused_for_printing())},
                           {"ready", flags.ready},
                           {"resuming", flags.resuming},
                           {"sdReady", flags.operational}}},
                         {"text", printer.state_facts().text}};
    }
    if (!query.excludes_temperature) {
        auto temperature = temperatures_json(printer.temperatures());
        if (query.wants_history) temperature["history"] = history_json(printer, query.history_limit);
        body["temperature"] = std::move(temperature);
    }
    return body;
}

json::object printer_error_json(const OctoPrintPrinter& printer) {
    if (printer.error().empty()) return {{"error", ""}, {"reason", ""}};
    return {{"consequence", "emergency"},
            {"error", printer.error()},
            {"faq", "firmware-thermal"},
            {"logs", json::array{"Send: M105", "Recv: Error:" + printer.error()}},
            {"reason", "firmware"}};
}

json::object job_json(const OctoPrintPrinter& printer, const OctoPrintVersion& version) {
    const std::string_view state = printer.state_facts().text;
    json::object body;
    if (!printer.was_anything_selected()) {
        body = never_selected_json(version, state);
    } else {
        const StoredFile* file = printer.selected_file();
        body = {{"job", file ? selected_job_json(*file) : deselected_job_json()},
                {"progress", progress_json(printer.progress())},
                {"state", state}};
    }
    if (version.has_connectors()) body["error"] = nullptr;
    if (!printer.error().empty()) body["error"] = printer.error();
    return body;
}

}  // namespace karmen::fake
