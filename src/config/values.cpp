#include "config/values.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace karmen::config {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// Largest first, so that formatting takes the first that divides.
constexpr std::array kDurationUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                    Unit{"ms", 1}};
constexpr std::array kSizeUnits{Unit{"TiB", 1LL << 40}, Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20},
                                Unit{"KiB", 1LL << 10}, Unit{"", 1}};

template <std::size_t N>
std::optional<std::int64_t> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_int(text.substr(0, digits));
    const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
    if (!number || unit == units.end()) return std::nullopt;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit->factor) return std::nullopt;
    return *number * unit->factor;
}

template <std::size_t N>
std::string format_with_unit(std::int64_t value, const std::array<Unit, N>& units) {
    const auto unit = std::ranges::find_if(units, [&](const Unit& u) { return value % u.factor == 0; });
    return fmt::format("{}{}", value / unit->factor, unit->name);
}

/// Address family of an IP address, or 0.
int address_family(std::string_view text) {
    const std::string terminated(text);
    if (terminated.size() != std::char_traits<char>::length(terminated.c_str())) return 0;
    std::array<unsigned char, sizeof(in6_addr)> address{};
    for (const int family : {AF_INET, AF_INET6})
        if (inet_pton(family, terminated.c_str(), address.data()) == 1) return family;
    return 0;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    const auto milliseconds = parse_with_unit(text, kDurationUnits);
    return milliseconds ? std::optional(Duration(*milliseconds)) : std::nullopt;
}

std::string format_duration(Duration duration) {
    return duration == Duration::zero() ? "0s" : format_with_unit(duration.count(), kDurationUnits);
}

std::optional<Bytes> parse_size(std::string_view text) {
    const auto bytes = parse_with_unit(text, kSizeUnits);
    return bytes ? std::optional(static_cast<Bytes>(*bytes)) : std::nullopt;
}

std::string format_size(Bytes size) {
    return size == 0 ? "0" : format_with_unit(static_cast<std::int64_t>(size), kSizeUnits);
}

bool is_ip_address(std::string_view text) {
    return address_family(text) != 0;
}

bool is_ip_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return is_ip_address(text);
    const int family = address_family(text.substr(0, slash));
    const auto prefix = parse_int(text.substr(slash + 1));
    return family != 0 && prefix && *prefix >= 0 && *prefix <= (family == AF_INET ? 32 : 128);
}

bool is_host_or_network(std::string_view text) {
    constexpr std::string_view kNumbers = "0123456789./";
    const bool looks_like_address =
        text.find(':') != std::string_view::npos || text.find_first_not_of(kNumbers) == std::string_view::npos;
    if (looks_like_address) return is_ip_network(text);
    constexpr std::size_t kNameBytesMax = 253;  // RFC 1035
    return text.size() <= kNameBytesMax && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
           });
}

bool is_origin(std::string_view text) {
    if (text == "*") return true;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const std::string_view host = text.substr(scheme.size());
        return !host.empty() && std::ranges::none_of(host, [](char c) {
            return c <= 0x20 || c >= 0x7F || std::string_view("/?#@*,\"\\").find(c) != std::string_view::npos;
        });
    }
    return false;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the table of optimal string alignment: the one before the last is for swapped neighbours.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace karmen::config
