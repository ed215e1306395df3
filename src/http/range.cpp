#include "http/range.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <limits>

namespace karmen::http {

namespace {

/// Digits only; numbers beyond any file count as the largest one.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    const auto value = parse_int(digits);
    return value ? static_cast<std::uint64_t>(*value) : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

std::variant<WholeFile, ByteRange, UnsatisfiableRange> parse_range(std::string_view header, std::uint64_t size) {
    static constexpr std::string_view kUnit = "bytes=";
    if (!starts_with_ignoring_case(header, kUnit)) return WholeFile{};
    const std::string_view range = trim(header.substr(kUnit.size()));
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return WholeFile{};
    const std::string_view from = trim(range.substr(0, dash));
    const std::string_view to = trim(range.substr(dash + 1));
    const auto first = parse_position(from);
    const auto last = parse_position(to);
    if (from.empty()) {
        if (!last) return WholeFile{};
        if (*last == 0 || size == 0) return UnsatisfiableRange{};
        return ByteRange{size - std::min(*last, size), size - 1};
    }
    if (!first || (!to.empty() && !last) || (last && *last < *first)) return WholeFile{};
    if (*first >= size) return UnsatisfiableRange{};
    return ByteRange{*first, last ? std::min(*last, size - 1) : size - 1};
}

}  // namespace karmen::http
