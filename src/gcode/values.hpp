#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::gcode {

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

constexpr std::string_view without_leading_blanks(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_blank(text[size])) ++size;
    return text.substr(size);
}

/// Readers of the values in slicers' comments. All accept any bytes, never throw because of them, and need time linear
/// in the text. A number is finite and not negative; `1.2.3`, `1e999`, `-1`, `0x10` and `nan` are not numbers.

/// Reads a number from the beginning of `text` and removes it. Leaves `text` as it is when there is none.
std::optional<double> take_number(std::string_view& text);

/// A number and the unit that follows it, such as `78.9mm`; the unit is empty when there is none.
struct Quantity {
    double value = 0;
    std::string_view unit;
};

/// Reads a quantity from the beginning of `text` (after blanks) and removes it. Leaves `text` as it is when there is
/// none.
std::optional<Quantity> take_quantity(std::string_view& text);

/// `78.9mm (0.6cm3)` → `0.6cm3`: what stands in the parentheses that begin the text.
std::optional<Quantity> parenthesized_quantity(std::string_view text);

/// `215,210` → 215: the first number of a list that is separated by `,` or `;`.
std::optional<double> first_number(std::string_view list);

/// `215,210;x` → 215, 210: the numbers of such a list, up to the first item that is not a number.
std::vector<double> leading_numbers(std::string_view list);

/// `1.0, 2.0`: all items of a list; empty if one of them is not a number.
std::vector<double> all_numbers(std::string_view list);

/// Seconds: `1d 2h 3m 4s`, `7 hours 37 minutes`, `12.5 minutes`, `40m:36s`, or a number of seconds.
std::optional<double> duration_s(std::string_view text);

/// A text to store and show: valid UTF-8 without control characters and without quotation marks around it, at most
/// `size_max` bytes (cut between characters). Empty when nothing is left.
std::string clean_text(std::string_view text, std::size_t size_max);

}  // namespace karmen::gcode
