#include "domain/printer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace karmen {

std::string_view to_string(AccessLevel level) {
    switch (level) {
        case AccessLevel::kUnknown:
            return "unknown";
        case AccessLevel::kUnlocked:
            return "unlocked";
        case AccessLevel::kReadOnly:
            return "read_only";
        case AccessLevel::kProtected:
            return "protected";
    }
    return "unknown";
}

AccessLevel parse_access_level(std::string_view text) {
    for (const AccessLevel level : {AccessLevel::kUnlocked, AccessLevel::kReadOnly, AccessLevel::kProtected})
        if (text == to_string(level)) return level;
    return AccessLevel::kUnknown;
}

std::optional<std::string> masked_api_key(const std::optional<std::string>& api_key) {
    if (!api_key || api_key->empty()) return std::nullopt;
    const std::size_t shown = api_key->size() < 8 ? 0 : 2;
    return api_key->substr(0, shown) + std::string(api_key->size() - shown, '*');
}

std::string_view to_string(Protocol protocol) {
    return protocol == Protocol::kHttps ? "https" : "http";
}

std::optional<Protocol> parse_protocol(std::string_view text) {
    if (text == "http") return Protocol::kHttp;
    if (text == "https") return Protocol::kHttps;
    return std::nullopt;
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

namespace {

/// A decimal number without sign and, but for `0` itself, without leading zeros: `010` is octal to some resolvers.
bool is_number_in(std::string_view text, std::int64_t min, std::int64_t max) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return false;
    if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return false;
    const auto value = parse_int(text);
    return value && *value >= min && *value <= max;
}

}  // namespace

bool is_valid_printer_host(std::string_view host) {
    const std::size_t colon = host.find(':');
    if (colon != std::string_view::npos && !is_number_in(host.substr(colon + 1), 1, 65535)) return false;
    const auto octets = split(host.substr(0, colon), '.');
    return octets.size() == 4 && std::ranges::all_of(octets, [](auto octet) { return is_number_in(octet, 0, 255); });
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
    return state == PrinterState::kNotConnected || state == PrinterState::kOffline;
}

bool is_responding(PrinterState state) {
    return state != PrinterState::kNotResponding && state != PrinterState::kInvalidData;
}

PrinterStatus not_responding() {
    return {PrinterState::kNotResponding, std::string(kNotRespondingText), {}};
}
PrinterStatus not_connected() {
    return {PrinterState::kNotConnected, std::string(kNotConnectedText), {}};
}
PrinterStatus invalid_data() {
    return {PrinterState::kInvalidData, std::string(kInvalidDataText), {}};
}

}  // namespace karmen
