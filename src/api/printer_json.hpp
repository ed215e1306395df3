#pragma once

#include "base/described_json.hpp"
#include "base/json_text.hpp"
#include "domain/printer.hpp"
#include "domain/printer_snapshot.hpp"
#include "services/printers.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

/// A printer as the API shows it: what is stored, and what is known of it now.
namespace karmen::api {

struct ShownClient {
    const PrinterClient* client;
};
struct ShownStatus {
    const PrinterSnapshot* snapshot;
};
struct ShownWebcam {
    const Printer* printer;
    const Webcam* webcam;
};
/// `status.code`
struct StatusCode {
    PrinterState state;
};
inline boost::json::value json_of(const StatusCode& code) {
    return karmen::json_of(status_code(code.state));
}
inline void write_json(std::string& out, const StatusCode& code) {
    write_json_text(out, status_code(code.state));
}

inline std::optional<double> age_in_seconds(std::optional<std::chrono::milliseconds> age) {
    return age ? std::optional(std::chrono::duration<double>(*age).count()) : std::nullopt;
}

}  // namespace karmen::api

namespace karmen {

template <>
struct Description<api::ShownClient> {
    using T = api::ShownClient;
    static constexpr std::string_view name = "PrinterClient";
    static constexpr std::string_view text = "The server in front of the printer";

    static std::optional<std::string> api_key(const T& shown) { return masked_api_key(shown.client->api_key); }

    static constexpr std::tuple members{
        Computed{
            .name = "name", .get = Via<&T::client, &PrinterClient::name>{}, .schema = R"({"examples": ["octoprint"]})"},
        Computed{"version", Via<&T::client, &PrinterClient::version>{}},
        Computed{"connected", Via<&T::client, &PrinterClient::connected>{}},
        Computed{"access_level", Via<&T::client, &PrinterClient::access_level>{}},
        Computed{"api_key", api_key, "Its first two characters, the rest as *"},
    };
};

template <>
struct Description<api::ShownStatus> {
    using T = api::ShownStatus;
    static constexpr std::string_view name = "PrinterStatus";

    static std::optional<double> age_s(const T& shown) { return api::age_in_seconds(shown.snapshot->age); }
    static api::StatusCode code(const T& shown) { return {shown.snapshot->status.state}; }

    static constexpr std::tuple members{
        Computed{"state", Via<&T::snapshot, &PrinterSnapshot::status, &PrinterStatus::text>{},
                 "The printer's own words, or: Printer is not responding, Printer is not connected to Octoprint, "
                 "Printer is responding with invalid data"},
        Computed{"code", code,
                 "What is the matter with it, in one word. not_connected: the server answers, but it is not connected "
                 "to its printer; error: the printer stopped with an error, or the connection broke; unreachable, "
                 "timeout, dns, tls, key_…, other_server, invalid_data: why its server does not tell; unknown: it was "
                 "not asked yet, or it does what Karmen does not know"},
        Computed{"reason", Via<&T::snapshot, &PrinterSnapshot::status, &PrinterStatus::reason>{},
                 "Why, for people; null if the state says all", IfEmpty::kNull},
        Computed{"since", Via<&T::snapshot, &PrinterSnapshot::since>{},
                 "When this code was first seen; null: not asked yet"},
        Computed{"age_s", age_s,
                 "Seconds since the printer was asked; null in events, and if it was not asked in time"},
        Computed{"temperature", Via<&T::snapshot, &PrinterSnapshot::status, &PrinterStatus::temperature>{},
                 "By heater: tool0, bed, …; °C"},
    };
};

/// A member of the webcam's stream; nullopt if there is none.
template <auto... kPath>
struct OfStream {
    auto operator()(const api::ShownWebcam& shown) const {
        const auto& stream = shown.webcam->stream;
        return stream ? std::optional(Via<kPath...>{}(*stream)) : std::nullopt;
    }
};

template <>
struct Description<api::ShownWebcam> {
    using T = api::ShownWebcam;
    static constexpr std::string_view name = "PrinterWebcam";

    static std::optional<std::string> proxied(const T& shown) {
        if (!shown.webcam->stream) return std::nullopt;
        return "/proxied-webcam/" + shown.printer->id.to_string();
    }

    static constexpr std::tuple members{
        Computed{.name = "message",
                 .get = Via<&T::webcam, &Webcam::message>{},
                 .text = "OK, or why there is no stream",
                 .schema = R"({"examples": ["OK", "Stream disabled in octoprint", "Stream not accessible",
                                            "Cannot decode JSON"]})"},
        Computed{"reason", Via<&T::webcam, &Webcam::reason>{}, "Why there is no stream, in a sentence", IfEmpty::kOmit},
        Computed{.name = "stream",
                 .get = OfStream<&WebcamStream::address, &CameraAddress::url>{},
                 .if_empty = IfEmpty::kOmit},
        Computed{
            .name = "flipHorizontal", .get = OfStream<&WebcamStream::flip_horizontal>{}, .if_empty = IfEmpty::kOmit},
        Computed{.name = "flipVertical", .get = OfStream<&WebcamStream::flip_vertical>{}, .if_empty = IfEmpty::kOmit},
        Computed{.name = "rotate90", .get = OfStream<&WebcamStream::rotate_90>{}, .if_empty = IfEmpty::kOmit},
        Computed{"proxied", proxied,
                 "Path of the stream on this server: GET /proxied-webcam/{host}, with the id of the printer",
                 IfEmpty::kOmit},
    };
};

template <>
struct Description<services::PrinterView> {
    using T = services::PrinterView;
    static constexpr std::string_view name = "Printer";

    static boost::json::value props(const T& view) {
        if (!view.printer.props) return nullptr;
        boost::json::object object;
        for (const auto& [prop, value] : *view.printer.props) object[prop] = json_of(value);
        return object;
    }
    static api::ShownClient client(const T& view) { return {&view.printer.client}; }
    static std::optional<api::ShownStatus> status(const T& view) {
        if (!view.fields.status) return std::nullopt;
        return api::ShownStatus{&view.snapshot};
    }
    static std::optional<api::ShownWebcam> webcam(const T& view) {
        if (!view.fields.webcam) return std::nullopt;
        return api::ShownWebcam{&view.printer, &view.snapshot.webcam};
    }
    static std::optional<boost::json::value> job(const T& view) {
        if (!view.fields.job) return std::nullopt;
        if (!view.snapshot.job) return boost::json::object();
        boost::json::object job = to_described_json(*view.snapshot.job);
        if (!view.print) return job;
        job["print_job"] = json_of(view.print->print_job);
        job["foreign"] = !view.print->print_job;
        return job;
    }

    static constexpr std::tuple members{
        Computed{"id", Via<&T::printer, &Printer::id>{}, "Names the printer for good"},
        Computed{"client", client},
        Computed{.name = "printer_props", .get = props, .schema = R"({"$ref": "#/components/schemas/PrinterProps"})"},
        Computed{"name", Via<&T::printer, &Printer::name>{}},
        Computed{.name = "hostname", .get = Via<&T::printer, &Printer::hostname>{}, .if_empty = IfEmpty::kNull},
        Computed{"tls_fingerprint", Via<&T::printer, &Printer::tls_fingerprint>{},
                 "SHA-256 of the one certificate that is trusted for https, in lower-case hexadecimal", IfEmpty::kNull},
        Computed{
            "host", Via<&T::printer, &Printer::host>{},
            "IPv4 address, IPv6 address in brackets or host name, with an optional port and path, in one spelling"},
        Computed{"protocol", Via<&T::printer, &Printer::protocol>{}},
        Computed{.name = "status", .get = status, .if_empty = IfEmpty::kOmit},
        Computed{.name = "webcam", .get = webcam, .if_empty = IfEmpty::kOmit},
        Computed{.name = "job",
                 .get = job,
                 .if_empty = IfEmpty::kOmit,
                 .schema = R"({"$ref": "#/components/schemas/PrinterJob"})"},
    };
};

}  // namespace karmen
