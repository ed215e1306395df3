#include "fake/octoprint/version.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karmen::fake {

std::optional<OctoPrintVersion> OctoPrintVersion::parse(std::string_view text) {
    const std::size_t suffix = std::min(text.find("rc"), text.size());
    const auto candidate = suffix < text.size() ? parse_int(text.substr(suffix + 2)) : 0;
    if (!candidate || *candidate < 0 || *candidate > 999) return std::nullopt;
    const auto parts = split(text.substr(0, suffix), '.');
    if (parts.size() != 3) return std::nullopt;
    int numbers[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const auto number = parse_int(parts[i]);
        if (!number || *number < 0 || *number > 999) return std::nullopt;
        numbers[i] = static_cast<int>(*number);
    }
    return OctoPrintVersion{numbers[0], numbers[1], numbers[2], static_cast<int>(*candidate)};
}

std::string OctoPrintVersion::to_string() const {
    const std::string release = fmt::format("{}.{}.{}", major, minor, patch);
    return candidate == 0 ? release : fmt::format("{}rc{}", release, candidate);
}

}  // namespace karmen::fake
