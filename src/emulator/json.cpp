#include "emulator/json.hpp"

#include "base/version.hpp"

#include <boost/json/value_from.hpp>

#include <chrono>
#include <optional>

namespace karmen::emulator {

namespace json = boost::json;

namespace {

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value_from(*value) : json::value(nullptr);
}

/// All of them: the slicer Cura fails on one that is missing.
json::object flags(PrinterState state) {
    const bool is_active = has_active_print(state);
    const bool is_offline = !is_responding(state) || needs_connect(state) || state == PrinterState::kError;
    return {{"operational", is_active || state == PrinterState::kOperational},
            {"printing", is_active && state != PrinterState::kPaused},
            {"cancelling", state == PrinterState::kCancelling},
            {"pausing", state == PrinterState::kPausing},
            {"resuming", state == PrinterState::kResuming},
            {"finishing", state == PrinterState::kFinishing},
            {"closedOrError", is_offline},
            {"error", state == PrinterState::kError},
            {"paused", state == PrinterState::kPaused},
            {"ready", state == PrinterState::kOperational},
            {"sdReady", false}};
}

}  // namespace

json::object version() {
    return {{"api", "karmen"}, {"server", kVersion}, {"text", "OctoPrint emulator by Karmen"}};
}

json::object server() {
    return {{"version", kVersion}, {"safemode", nullptr}};
}

json::object settings() {
    return {{"api", {{"key", nullptr}}},
            {"appearance", {{"name", "Karmen"}}},
            {"feature", {{"sdSupport", false}}},
            {"gcodeAnalysis", {{"runAt", "never"}}},
            {"plugins", json::object{}},
            {"webcam",
             {{"webcamEnabled", false},
              {"streamUrl", ""},
              {"snapshotUrl", ""},
              {"flipH", false},
              {"flipV", false},
              {"rotate90", false}}}};
}

json::object printer_profiles() {
    const auto axis = [](int speed) { return json::object{{"speed", speed}, {"inverted", false}}; };
    return {{"profiles",
             {{"_default",
               {{"id", "_default"},
                {"name", "Karmen"},
                {"model", "Karmen"},
                {"current", true},
                {"default", true},
                {"axes", {{"x", axis(6000)}, {"y", axis(6000)}, {"z", axis(200)}, {"e", axis(300)}}}}}}}};
}

json::object current_user(const std::string& username) {
    return {
        {"name", username}, {"groups", {"users"}}, {"permissions", {"STATUS", "FILES_LIST", "FILES_UPLOAD", "PRINT"}}};
}

json::object login(const std::string& username) {
    json::object answer = current_user(username);
    answer["session"] = "";
    answer["active"] = true;
    answer["_is_external_client"] = false;
    return answer;
}

json::object no_files() {
    return {{"files", json::array{}}, {"free", nullptr}, {"total", nullptr}};
}

PrinterSnapshot library() {
    PrinterSnapshot snapshot;
    snapshot.status = {.state = PrinterState::kOperational, .text = "Operational", .temperature = {}};
    for (const char* heater : {"tool0", "bed"})
        snapshot.status.temperature[heater] = {.actual = 0, .target = 0, .offset = 0};
    return snapshot;
}

json::object printer(const PrinterStatus& status) {
    json::object temperature;
    for (const auto& [heater, value] : status.temperature)
        temperature[heater] = {
            {"actual", or_null(value.actual)}, {"target", or_null(value.target)}, {"offset", value.offset.value_or(0)}};
    return {{"state", {{"text", status.text}, {"flags", flags(status.state)}}},
            {"temperature", std::move(temperature)},
            {"sd", {{"ready", false}}}};
}

json::object job(const PrinterSnapshot& snapshot) {
    const PrinterJob job = snapshot.job.value_or(PrinterJob{});
    return {
        {"job",
         {{"file", {{"name", or_null(job.name)}, {"display", or_null(job.name)}}}, {"estimatedPrintTime", nullptr}}},
        {"progress",
         {{"completion", or_null(job.completion)},
          {"printTime", or_null(job.print_time_s)},
          {"printTimeLeft", or_null(job.print_time_left_s)}}},
        {"state", snapshot.status.text}};
}

json::object connection(const PrinterStatus& status) {
    const bool is_closed = needs_connect(status.state) || !is_responding(status.state);
    return {{"current",
             {{"state", is_closed ? "Closed" : status.text},
              {"port", is_closed ? json::value(nullptr) : json::value("KARMEN")},
              {"baudrate", is_closed ? json::value(nullptr) : json::value(115200)},
              {"printerProfile", "_default"}}},
            {"options",
             {{"ports", {"KARMEN"}},
              {"baudrates", {115200}},
              {"printerProfiles", {{{"id", "_default"}, {"name", "Karmen"}}}},
              {"portPreference", "KARMEN"},
              {"baudratePreference", 115200},
              {"printerProfilePreference", "_default"}}}};
}

json::object file(const Gcode& gcode, const std::string& address, const std::string& prefix) {
    const auto uploaded = std::chrono::floor<std::chrono::seconds>(gcode.uploaded).time_since_epoch();
    return {{"name", gcode.filename},
            {"display", gcode.display},
            {"path", gcode.absolute_path},
            {"origin", "local"},
            {"type", "machinecode"},
            {"typePath", {"machinecode", "gcode"}},
            {"size", gcode.size_bytes},
            {"date", uploaded.count()},
            {"refs", {{"resource", address}, {"download", prefix + "/gcodes/" + std::to_string(gcode.id) + "/data"}}}};
}

json::object uploaded(const Gcode& gcode, PrintEffect print) {
    return {{"files",
             {{"local",
               {{"name", gcode.filename},
                {"display", gcode.display},
                {"path", gcode.absolute_path},
                {"origin", "local"}}}}},
            {"done", true},
            {"effectiveSelect", false},
            {"effectivePrint", print == PrintEffect::kStarted}};
}

}  // namespace karmen::emulator
