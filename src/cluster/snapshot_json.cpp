#include "cluster/snapshot_json.hpp"

#include "base/clock.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

#include <array>
#include <string>

namespace karmen::cluster {
namespace {

namespace json = boost::json;

/// Older processes wrote a number, the index in this list, before states had words.
constexpr std::array kNumberedStates{
    PrinterState::kNotResponding, PrinterState::kInvalidData, PrinterState::kNotConnected, PrinterState::kOffline,
    PrinterState::kConnecting,    PrinterState::kOperational, PrinterState::kStarting,     PrinterState::kPrinting,
    PrinterState::kPausing,       PrinterState::kPaused,      PrinterState::kResuming,     PrinterState::kCancelling,
    PrinterState::kFinishing,     PrinterState::kError,       PrinterState::kBusy};

template <class T>
json::value value_or_null(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

/// Throws boost::system::system_error for a value of another kind.
template <class T>
std::optional<T> read_optional(const json::object& object, std::string_view name) {
    const json::value& value = object.at(name);
    if (value.is_null()) return std::nullopt;
    return json::value_to<T>(value);
}

std::string read_text(const json::object& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}

json::object temperature_json(const std::map<std::string, Temperature>& temperatures) {
    json::object result;
    for (const auto& [heater, temperature] : temperatures)
        result[heater] = json::array{value_or_null(temperature.actual), value_or_null(temperature.target),
                                     value_or_null(temperature.offset)};
    return result;
}

std::optional<double> read_degrees(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    return value.to_number<double>();
}

PrinterState read_state(const json::value& value) {
    if (value.is_int64()) return kNumberedStates.at(static_cast<std::size_t>(value.get_int64()));
    const auto state = parse_printer_state(std::string_view(value.as_string()));
    if (!state) throw std::out_of_range("no such state");
    return *state;
}

PrinterStatus read_status(const json::object& object) {
    PrinterStatus status{.state = read_state(object.at("state")), .text = read_text(object, "text")};
    if (object.contains("reason")) status.reason = read_text(object, "reason");
    for (const auto& [heater, degrees] : object.at("temperature").as_object()) {
        const json::array& values = degrees.as_array();
        status.temperature.emplace(heater, Temperature{.actual = read_degrees(values.at(0)),
                                                       .target = read_degrees(values.at(1)),
                                                       .offset = read_degrees(values.at(2))});
    }
    return status;
}

/// With its password: other processes ask the camera, too. Redis is Karmen's own.
json::object address_json(const CameraAddress& address) {
    json::object result{{"url", address.url}};
    if (address.credentials) {
        result["user"] = address.credentials->user;
        result["password"] = address.credentials->password;
    }
    if (!address.tls_fingerprint.empty()) result["tls_fingerprint"] = address.tls_fingerprint;
    return result;
}

CameraAddress read_address(const json::object& object) {
    CameraAddress address{.url = read_text(object, "url")};
    if (object.contains("user"))
        address.credentials = Credentials{.user = read_text(object, "user"), .password = read_text(object, "password")};
    if (object.contains("tls_fingerprint")) address.tls_fingerprint = read_text(object, "tls_fingerprint");
    return address;
}

json::object webcam_json(const Webcam& webcam) {
    json::object result{{"message", webcam.message}, {"reason", webcam.reason}};
    if (webcam.stream)
        result["stream"] = {{"address", address_json(webcam.stream->address)},
                            {"flip_horizontal", webcam.stream->flip_horizontal},
                            {"flip_vertical", webcam.stream->flip_vertical},
                            {"rotate_90", webcam.stream->rotate_90}};
    return result;
}

Webcam read_webcam(const json::object& object) {
    Webcam webcam{.message = read_text(object, "message"), .stream = std::nullopt};
    if (object.contains("reason")) webcam.reason = read_text(object, "reason");
    if (!object.contains("stream")) return webcam;
    const json::object& stream = object.at("stream").as_object();
    webcam.stream = WebcamStream{.address = read_address(stream.at("address").as_object()),
                                 .flip_horizontal = stream.at("flip_horizontal").as_bool(),
                                 .flip_vertical = stream.at("flip_vertical").as_bool(),
                                 .rotate_90 = stream.at("rotate_90").as_bool()};
    return webcam;
}

json::object job_json(const PrinterJob& job) {
    return {{"name", value_or_null(job.name)},
            {"completion", value_or_null(job.completion)},
            {"print_time_left_s", value_or_null(job.print_time_left_s)},
            {"print_time_s", value_or_null(job.print_time_s)}};
}

PrinterJob read_job(const json::object& object) {
    return {.name = read_optional<std::string>(object, "name"),
            .completion = read_optional<double>(object, "completion"),
            .print_time_left_s = read_optional<std::int64_t>(object, "print_time_left_s"),
            .print_time_s = read_optional<std::int64_t>(object, "print_time_s")};
}

json::object file_json(const PrinterFile& file) {
    return {{"path", file.path}, {"size_bytes", value_or_null(file.size_bytes)}, {"is_printed", file.is_printed}};
}

PrinterFile read_file(const json::object& object) {
    return {.path = read_text(object, "path"),
            .size_bytes = read_optional<std::int64_t>(object, "size_bytes"),
            .is_printed = object.at("is_printed").as_bool()};
}

}  // namespace

json::object to_json(const PrinterSnapshot& snapshot) {
    json::object result{{"status",
                         {{"state", to_string(snapshot.status.state)},
                          {"text", snapshot.status.text},
                          {"reason", snapshot.status.reason},
                          {"temperature", temperature_json(snapshot.status.temperature)}}},
                        {"webcam", webcam_json(snapshot.webcam)}};
    if (snapshot.job) result["job"] = job_json(*snapshot.job);
    if (snapshot.file) result["file"] = file_json(*snapshot.file);
    if (snapshot.since) result["since"] = {{"time", to_iso8601(*snapshot.since)}};
    return result;
}

std::optional<PrinterSnapshot> parse_snapshot(const json::value& value) {
    try {
        const json::object& object = value.as_object();
        PrinterSnapshot snapshot{.status = read_status(object.at("status").as_object()),
                                 .webcam = read_webcam(object.at("webcam").as_object()),
                                 .job = std::nullopt};
        if (object.contains("job")) snapshot.job = read_job(object.at("job").as_object());
        if (object.contains("file")) snapshot.file = read_file(object.at("file").as_object());
        if (object.contains("since")) snapshot.since = parse_iso8601(read_text(object.at("since").as_object(), "time"));
        return snapshot;
    } catch (const std::exception&) {
        // boost::system::system_error for a value of the wrong kind, std::out_of_range for one that is missing.
        return std::nullopt;
    }
}

}  // namespace karmen::cluster
