#pragma once

#include "base/described_json.hpp"
#include "domain/printer.hpp"
#include "printers/server_probe.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

/// What POST /printers/probe shows.
namespace karmen::api {

struct ShownKey {
    const printers::Probe* probe;
};
/// Without the address of the camera's user.
struct ShownProbeWebcam {
    const Webcam* webcam;
};

}  // namespace karmen::api

namespace karmen {

template <>
struct Description<api::ShownKey> {
    using T = api::ShownKey;
    static constexpr std::string_view name = "ProbedKey";
    static constexpr std::string_view text = "What the API key is worth";
    static constexpr std::tuple members{
        Computed{
            "state", Via<&T::probe, &printers::Probe::key>{},
            "not_needed: the server does everything without a key; missing: it wants one; wrong: it does not know it; "
            "lacks_right: its user may not do all that Karmen does; unchecked: the server did not say, or Karmen does "
            "not speak its protocol yet"},
        Computed{"user", Via<&T::probe, &printers::Probe::key_user>{}, "Whose key it is", IfEmpty::kNull},
        Computed{"missing_rights", Via<&T::probe, &printers::Probe::missing_rights>{}, "As the server calls them"},
    };
};

template <>
struct Description<api::ShownProbeWebcam> {
    using T = api::ShownProbeWebcam;
    static constexpr std::string_view name = "ProbedWebcam";

    static std::optional<std::string> stream(const T& shown) {
        const auto& found = shown.webcam->stream;
        return found ? std::optional(found->address.url) : std::nullopt;
    }

    static constexpr std::tuple members{
        Computed{"message", Via<&T::webcam, &Webcam::message>{}, "OK, or why there is no stream"},
        Computed{"reason", Via<&T::webcam, &Webcam::reason>{}, "Why there is no stream, in a sentence", IfEmpty::kNull},
        Computed{"stream", stream, "Without user and password"},
    };
};

template <>
struct Description<printers::Probe> {
    using T = printers::Probe;
    static constexpr std::string_view name = "PrinterProbe";

    static std::optional<std::string> kind(const T& probe) {
        return probe.server ? std::optional(probe.server->kind) : std::nullopt;
    }
    static std::optional<std::string> title(const T& probe) {
        return probe.server ? std::optional(probe.server->title) : std::nullopt;
    }
    static bool is_supported(const T& probe) { return probe.server && probe.server->is_supported; }
    static ServerVersion version(const T& probe) { return probe.server ? probe.server->version : ServerVersion{}; }
    static std::string printer_name(const T& probe) { return probe.server ? probe.server->name : std::string(); }
    static std::optional<std::string> code(const T& probe) {
        return probe.server ? std::nullopt : std::optional(std::string(status_code(probe.problem.state)));
    }
    static std::string reason(const T& probe) {
        if (!probe.server) return probe.problem.reason;
        return probe.server->is_supported ? std::string() : probe.server->title + " was found, it is not supported yet";
    }
    static api::ShownKey key(const T& probe) { return {&probe}; }
    static std::optional<api::ShownProbeWebcam> webcam(const T& probe) {
        return probe.webcam ? std::optional(api::ShownProbeWebcam{&*probe.webcam}) : std::nullopt;
    }

    static constexpr std::tuple members{
        Computed{.name = "kind",
                 .get = kind,
                 .text = "null: nothing answers that Karmen knows",
                 .schema = R"({"examples": ["octoprint", "moonraker", "prusalink"]})"},
        Computed{"title", title, "The kind for people"},
        Computed{"supported", is_supported, "false: found, but Karmen does not speak its protocol yet"},
        Computed{"version", version},
        Computed{"name", printer_name, "What the printer is called; null if it does not say", IfEmpty::kNull},
        Computed{"code", code,
                 "Why nothing was found, as a printer's status.code: dns, unreachable, timeout, tls, other_server, "
                 "invalid_data; null if something was found"},
        Computed{
            "reason", reason,
            "Why it cannot be used, in a sentence. For tls with the SHA-256 of the certificate, which can be pinned",
            IfEmpty::kNull},
        Computed{"key", key},
        Computed{"webcam", webcam, "null: it was not asked"},
    };
};

}  // namespace karmen
