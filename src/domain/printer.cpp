#include "domain/printer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace karmen {

AccessLevel parse_access_level(std::string_view text) {
    return from_word<AccessLevel>(text).value_or(AccessLevel::kUnknown);
}

std::optional<std::string> masked_api_key(const std::optional<std::string>& api_key) {
    if (!api_key || api_key->empty()) return std::nullopt;
    const std::size_t shown = api_key->size() < 8 ? 0 : 2;
    return api_key->substr(0, shown) + std::string(api_key->size() - shown, '*');
}

bool is_moonraker(const ServerVersion& version) {
    return version.text.contains("Moonraker");
}

bool is_known_prop(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kNames{"filament_type", "filament_color", "bed_type",
                                                            "tool0_diameter"};
    return std::ranges::find(kNames, name) != kNames.end();
}

std::string_view printer_name_problem(std::string_view name) {
    if (name.empty()) return "must not be empty";
    if (!is_valid_utf8(name)) return "is not UTF-8";
    if (count_characters(name) > kPrinterNameMaxCharacters) return "must not be longer than 255 characters";
    return {};
}

std::string_view printer_api_key_problem(std::string_view api_key) {
    if (api_key.size() > kPrinterApiKeyBytesMax) return "must not be longer than 256 bytes";
    if (std::ranges::any_of(api_key, [](char c) { return c < 0x21 || c > 0x7E; }))
        return "must be printable ASCII without blanks";
    return {};
}

std::optional<std::string> parse_tls_fingerprint(std::string_view text) {
    constexpr std::size_t kBytes = 32;
    const std::size_t stride = text.size() == kBytes * 3 - 1 ? 3 : 2;
    if (text.size() != kBytes * stride - (stride - 2)) return std::nullopt;
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_separator = i % stride == 2;
        if (is_separator ? text[i] != ':' : hex_value(text[i]) < 0) return std::nullopt;
        if (!is_separator) digits += text[i];
    }
    return to_lower(digits);
}

std::string_view status_code(PrinterState state) {
    switch (state) {
        case PrinterState::kNotResponding:
        case PrinterState::kBusy:
            return "unknown";
        case PrinterState::kOffline:
            return to_string(PrinterState::kNotConnected);
        case PrinterState::kStarting:
            return to_string(PrinterState::kPrinting);
        default:
            return to_string(state);
    }
}

bool has_active_print(PrinterState state) {
    switch (state) {
        case PrinterState::kStarting:
        case PrinterState::kPrinting:
        case PrinterState::kPausing:
        case PrinterState::kPaused:
        case PrinterState::kResuming:
        case PrinterState::kCancelling:
        case PrinterState::kFinishing:
            return true;
        case PrinterState::kNotResponding:
        case PrinterState::kUnreachable:
        case PrinterState::kTimeout:
        case PrinterState::kDns:
        case PrinterState::kTls:
        case PrinterState::kKeyMissing:
        case PrinterState::kKeyWrong:
        case PrinterState::kKeyLacksRight:
        case PrinterState::kOtherServer:
        case PrinterState::kInvalidData:
        case PrinterState::kNotConnected:
        case PrinterState::kOffline:
        case PrinterState::kConnecting:
        case PrinterState::kOperational:
        case PrinterState::kError:
        case PrinterState::kBusy:
            return false;
    }
    return false;
}

bool needs_connect(PrinterState state) {
    return state == PrinterState::kNotConnected || state == PrinterState::kOffline || state == PrinterState::kError;
}

bool is_responding(PrinterState state) {
    return state >= PrinterState::kNotConnected;  // those before it are reasons why it does not tell
}

bool is_passing(PrinterState state) {
    switch (state) {
        case PrinterState::kConnecting:
        case PrinterState::kStarting:
        case PrinterState::kPausing:
        case PrinterState::kResuming:
        case PrinterState::kCancelling:
        case PrinterState::kFinishing:
            return true;
        default:
            return false;
    }
}

std::string describe(const PrinterStatus& status) {
    return status.reason.empty() ? status.text : status.text + ": " + status.reason;
}

PrinterStatus not_responding(PrinterState why, std::string reason) {
    return {why, std::string(kNotRespondingText), {}, std::move(reason)};
}
PrinterStatus not_connected() {
    return {PrinterState::kNotConnected,
            std::string(kNotConnectedText),
            {},
            "The server answers, but it is not connected to its printer"};
}
PrinterStatus invalid_data() {
    return {PrinterState::kInvalidData,
            std::string(kInvalidDataText),
            {},
            "The server answers, but not as an OctoPrint does"};
}

}  // namespace karmen
