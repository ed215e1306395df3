#include "printers/server_probe.hpp"

#include "printers/octoprint/diagnosis.hpp"
#include "printers/octoprint/missing_rights.hpp"
#include "printers/octoprint/wire.hpp"
#include "printers/printer_request.hpp"
#include "runtime/timeout.hpp"

#include <fmt/format.h>

#include <utility>

namespace karmen::printers {

namespace {

using net::HttpResult;

constexpr std::string_view kNoKnownServer =
    "What answers there is no server of a printer that Karmen knows (it knows OctoPrint, Moonraker and PrusaLink)";

PrinterStatus too_late(std::chrono::milliseconds limit) {
    return not_responding(PrinterState::kTimeout, fmt::format("It did not answer within {} ms", limit.count()));
}

/// A proxy says that the server behind it is not there.
bool is_of_a_proxy(int status) {
    return status >= 502 && status <= 504;
}

}  // namespace

ServerProbe::ServerProbe(net::HttpClient& http, PrinterApi& api, Options options)
    : http_(http), api_(api), options_(options) {}

Awaitable<HttpResult> ServerProbe::get(const PrinterAddress& address, std::string_view path) {
    net::HttpRequest request = request_to(address, path);
    request.connect_timeout = options_.connect_timeout;
    request.total_timeout = options_.deadline;
    request.answer_bytes_max = options_.answer_bytes_max;
    return http_.send(std::move(request));
}

Awaitable<ServerProbe::Sniffed> ServerProbe::sniff(PrinterAddress address) {
    address.api_key.reset();
    auto found = co_await with_timeout(options_.deadline, ask_for_all_kinds(std::move(address)));
    if (!found) co_return std::unexpected(too_late(options_.deadline));
    co_return std::move(*found);
}

Awaitable<ServerProbe::Sniffed> ServerProbe::ask_for_all_kinds(PrinterAddress address) {
    std::string_view asked;
    for (const ServerKind& kind : server_kinds()) {
        if (kind.path == asked) continue;  // rows of one path stand together
        asked = kind.path;
        const HttpResult answer = co_await get(address, kind.path);
        if (!answer || is_of_a_proxy(answer->status)) co_return std::unexpected(octoprint::diagnosis_of(answer));
        if (auto found = recognize(kind.path, *answer)) co_return *std::move(found);
    }
    co_return std::unexpected(not_responding(PrinterState::kOtherServer, std::string(kNoKnownServer)));
}

Awaitable<Probe> ServerProbe::probe(PrinterAddress address) {
    Probe probe;
    auto found = co_await sniff(address);
    if (!found) {
        probe.problem = std::move(found.error());
        co_return probe;
    }
    probe.server = std::move(*found);
    if (!probe.server->is_supported) co_return probe;
    if (!co_await finishes_within(options_.deadline, check_key(std::move(address), probe)))
        probe.key = KeyState::kUnchecked;
    co_return probe;
}

/// Also asks for the version and the webcam, which may need the key.
Awaitable<void> ServerProbe::check_key(PrinterAddress address, Probe& probe) {
    const bool has_key = address.api_key && !address.api_key->empty();
    if (!has_key) {
        probe.key = probe.server->wants_key ? KeyState::kMissing : KeyState::kNotNeeded;
    } else {
        const HttpResult user = co_await get(address, "/api/currentuser");
        if (user && user->status == 200) {
            probe.key_user = octoprint::parse_current_user(user->body).name;
            probe.missing_rights = octoprint::parse_missing_rights(user->body);
        }
        if (!user || user->status >= 500)
            probe.key = KeyState::kUnchecked;
        else if (probe.key_user.empty())
            probe.key = KeyState::kWrong;
        else
            probe.key = probe.missing_rights.empty() ? KeyState::kGood : KeyState::kLacksRight;
    }
    if (probe.key == KeyState::kMissing || probe.key == KeyState::kWrong) {
        probe.missing_rights.clear();
        co_return;
    }
    const HttpResult version = co_await get(address, "/api/version");
    if (version && version->status == 200)
        probe.server->version = octoprint::parse_version(version->body).value_or(probe.server->version);
    const Observed<Webcam> webcam = co_await api_.webcam(std::move(address));
    probe.webcam = webcam.value;
}

}  // namespace karmen::printers
