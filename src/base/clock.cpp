#include "base/clock.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace karmen {

Timestamp SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Timestamp MonotonicClock::now() const {
    return Timestamp(
        std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::string to_iso8601(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

namespace {

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        const std::string_view part = text_.substr(0, digits);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.size() != digits || error != std::errc{} || end != part.data() + digits || part[0] == '-') fail();
        text_.remove_prefix(digits);
        return value;
    }
    bool accept(std::string_view any_of) {
        if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
        last_ = text_.front();
        text_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view any_of) {
        if (!accept(any_of)) fail();
    }
    int number_up_to(int max) {
        const int value = number(2);
        if (value > max) fail();
        return value;
    }
    std::chrono::microseconds fraction() {
        std::int64_t value = 0;
        int digits = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            if (digits < 6) value = value * 10 + (text_.front() - '0');
            ++digits;
            text_.remove_prefix(1);
        }
        if (digits == 0) fail();
        for (; digits < 6; ++digits) value *= 10;
        return std::chrono::microseconds{value};
    }
    bool done() const { return text_.empty(); }
    char last() const { return last_; }
    [[noreturn]] static void fail() { throw std::invalid_argument("not an ISO 8601 time"); }

  private:
    std::string_view text_;
    char last_ = 0;
};

/// The years 1 to 9999 in UTC: the four digits of ISO 8601, without the year 0, which databases do not have.
constexpr Timestamp kFirst{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr Timestamp kEnd{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};

}  // namespace

Timestamp parse_iso8601(const std::string& text) {
    using namespace std::chrono;
    Reader reader(text);
    const year y{reader.number(4)};
    reader.expect("-");
    const month m{static_cast<unsigned>(reader.number(2))};
    reader.expect("-");
    const day d{static_cast<unsigned>(reader.number(2))};
    const year_month_day date{y, m, d};
    if (!date.ok()) Reader::fail();
    reader.expect("T ");
    microseconds of_day = hours{reader.number_up_to(23)};
    reader.expect(":");
    of_day += minutes{reader.number_up_to(59)};
    reader.expect(":");
    of_day += seconds{reader.number_up_to(59)};
    if (reader.accept(".")) of_day += reader.fraction();
    minutes offset{0};
    if (!reader.accept("Z") && reader.accept("+-")) {
        const int sign = reader.last() == '-' ? -1 : 1;
        offset = hours{reader.number_up_to(23)};
        reader.accept(":");
        if (!reader.done()) offset += minutes{reader.number_up_to(59)};
        offset *= sign;
    }
    if (!reader.done()) Reader::fail();
    const Timestamp time{sys_days{date}.time_since_epoch() + of_day - offset};
    if (time < kFirst || time >= kEnd) Reader::fail();
    return time;
}

}  // namespace karmen
