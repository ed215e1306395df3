#include "base/display.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace karmen {

std::string printable(std::string_view text) {
    std::string result;
    const std::string valid = to_valid_utf8(text);
    for (std::string_view rest = valid; !rest.empty();) {
        const std::string_view character = rest.substr(0, character_length(rest));
        rest.remove_prefix(character.size());
        result += is_obeyed(character) ? "?" : character;
    }
    return result;
}

std::string printable_lines(std::string_view text) {
    std::string result;
    for (const std::string_view line : split(text, '\n')) result += printable(line) + "\n";
    result.pop_back();
    return result;
}

std::string human_size(std::int64_t bytes) {
    static constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
    return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string local_time(Timestamp time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min);
}

}  // namespace karmen
