#include "fake/octoprint_version.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace karmen::fake {

std::optional<OctoPrintVersion> OctoPrintVersion::parse(std::string_view text) {
    const std::size_t suffix = std::min(text.find("rc"), text.size());
    std::string candidate(text.substr(suffix));
    if (!candidate.empty() && !parse_int(candidate.substr(2))) return std::nullopt;
    const auto parts = split(text.substr(0, suffix), '.');
    if (parts.size() != 3) return std::nullopt;
    int numbers[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const auto number = parse_int(parts[i]);
        if (!number || *number < 0 || *number > 999) return std::nullopt;
        numbers[i] = static_cast<int>(*number);
    }
    return OctoPrintVersion{numbers[0], numbers[1], numbers[2], std::move(candidate)};
}

std::string OctoPrintVersion::to_string() const {
    return fmt::format("{}.{}.{}{}", major, minor, patch, candidate);
}

}  // namespace karmen::fake
