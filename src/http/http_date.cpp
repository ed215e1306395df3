#include "http/http_date.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace karmen::http {

namespace chrono = std::chrono;

namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string to_http_date(chrono::sys_seconds time) {
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss clock(time - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}

std::optional<chrono::sys_seconds> parse_http_date(std::string_view text) {
    // Fixed columns: "Sun, 06 Nov 1994 08:49:37 GMT"
    if (text.size() != 29) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t length) {
        return static_cast<int>(parse_int(text.substr(at, length)).value_or(-1));
    };
    const auto month = std::ranges::find(kMonths, text.substr(8, 3));
    if (month == kMonths.end()) return std::nullopt;
    const chrono::year_month_day date(chrono::year(number(12, 4)),
                                      chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                      chrono::day(static_cast<unsigned>(number(5, 2))));
    const int hours = number(17, 2);
    const int minutes = number(20, 2);
    const int seconds = number(23, 2);
    if (!date.ok() || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60)
        return std::nullopt;
    const chrono::sys_seconds time =
        chrono::sys_days(date) + chrono::hours(hours) + chrono::minutes(minutes) + chrono::seconds(seconds);
    // If the date does not read back the same, its punctuation or its day of the week was wrong.
    if (to_http_date(time) != text) return std::nullopt;
    return time;
}

}  // namespace karmen::http
