#include "printers/octoprint/diagnosis.hpp"

#include "printers/octoprint/wire.hpp"

#include <fmt/format.h>

namespace karmen::printers::octoprint {

namespace {

using net::HttpFailure;

struct Diagnosis {
    PrinterState state;
    std::string_view what;
};

Diagnosis diagnosis_of(HttpFailure::Kind kind) {
    switch (kind) {
        case HttpFailure::Kind::kConnect:
            return {PrinterState::kUnreachable, "No connection to its server"};
        case HttpFailure::Kind::kResolve:
            return {PrinterState::kDns, "Its name has no address"};
        case HttpFailure::Kind::kTimeout:
            return {PrinterState::kTimeout, "It did not answer in time"};
        case HttpFailure::Kind::kTls:
            return {PrinterState::kTls, "No encrypted connection"};
        case HttpFailure::Kind::kProtocol:
            return {PrinterState::kOtherServer, "What answers does not speak HTTP"};
        case HttpFailure::Kind::kReset:
            return {PrinterState::kUnreachable, "The connection broke off"};
        case HttpFailure::Kind::kTooLarge:
        case HttpFailure::Kind::kFile:
        case HttpFailure::Kind::kInvalidRequest:
            break;
    }
    return {PrinterState::kNotResponding, "It cannot be asked"};
}

}  // namespace

PrinterStatus diagnosis_of(const net::HttpResult& result) {
    if (!result && result.error().kind == HttpFailure::Kind::kTooLarge) return invalid_data();
    if (!result) {
        const Diagnosis found = diagnosis_of(result.error().kind);
        return not_responding(found.state, bounded_text(fmt::format("{}: {}", found.what, result.error().detail)));
    }
    const int status = result->status;
    if (status >= 502 && status <= 504)
        return not_responding(PrinterState::kUnreachable,
                              fmt::format("A server in front of OctoPrint answers for it (HTTP status {})", status));
    return not_responding(PrinterState::kOtherServer,
                          fmt::format("What answers there is no OctoPrint (HTTP status {})", status));
}

PrinterStatus diagnosis_of_denial(bool has_api_key, std::string_view user) {
    if (!has_api_key) return not_responding(PrinterState::kKeyMissing, "It wants an API key");
    if (user.empty()) return not_responding(PrinterState::kKeyWrong, "It does not know the API key");
    return not_responding(PrinterState::kKeyLacksRight,
                          bounded_text(fmt::format("The API key's user {} may not see the printer's state", user)));
}

PrinterStatus diagnosis_of_version(const ServerVersion& version) {
    if (is_moonraker(version)) return not_responding(PrinterState::kOtherServer, std::string(kMoonrakerHint));
    if (version.text.empty())
        return not_responding(PrinterState::kOtherServer, "What answers there is no OctoPrint (HTTP status 200)");
    return not_responding(PrinterState::kOtherServer,
                          bounded_text("What answers there is no OctoPrint but " + version.text));
}

}  // namespace karmen::printers::octoprint
