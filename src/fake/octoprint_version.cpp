#include "fake/octoprint_version.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace karmen::fake {

std::optional<OctoPrintVersion> OctoPrintVersion::parse(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 3) return std::nullopt;
    int numbers[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const auto number = parse_int(parts[i]);
        if (!number || *number < 0 || *number > 999) return std::nullopt;
        numbers[i] = static_cast<int>(*number);
    }
    return OctoPrintVersion{numbers[0], numbers[1], numbers[2]};
}

std::string OctoPrintVersion::to_string() const {
    return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace karmen::fake
