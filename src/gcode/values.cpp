#include "gcode/values.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace karmen::gcode {

namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_unit_char(char c) {
    return is_letter(c) || is_digit(c) || c == '^';
}
constexpr bool parts_list(char c) {
    return c == ',' || c == ';';
}

/// One number of a list, and the separator behind it. What follows the number after a blank is a remark.
std::optional<double> take_item(std::string_view& list) {
    list = without_leading_blanks(list);
    const std::optional<double> value = take_number(list);
    if (!value || (!list.empty() && !parts_list(list[0]) && list[0] != ' ' && list[0] != '\t')) return std::nullopt;
    const auto separator = std::ranges::find_if(list, parts_list);
    list.remove_prefix(static_cast<std::size_t>(separator - list.begin()));
    return value;
}

std::optional<double> seconds_per(std::string_view unit) {
    static constexpr std::pair<std::string_view, double> kUnits[] = {
        {"d", 86400},    {"day", 86400},  {"days", 86400}, {"h", 3600}, {"hr", 3600},  {"hrs", 3600},
        {"hour", 3600},  {"hours", 3600}, {"m", 60},       {"min", 60}, {"mins", 60},  {"minute", 60},
        {"minutes", 60}, {"s", 1},        {"sec", 1},      {"secs", 1}, {"second", 1}, {"seconds", 1},
    };
    for (const auto& [name, seconds] : kUnits)
        if (equals_ignoring_case(unit, name)) return seconds;
    return std::nullopt;
}

/// C0, DEL and C1 (U+0080 to U+009F are 0xC2 and that byte).
std::string without_control_characters(std::string_view text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) continue;
        if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            ++i;
            continue;
        }
        kept += text[i];
    }
    return kept;
}

}  // namespace

std::optional<double> take_number(std::string_view& text) {
    if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    // An exponent is the one thing `fixed` stops at that would change the number.
    if (error != std::errc{} || !std::isfinite(value) || rest.starts_with('.')) return std::nullopt;
    if (rest.size() >= 2 && to_lower(rest[0]) == 'e' && (is_digit(rest[1]) || rest[1] == '+' || rest[1] == '-'))
        return std::nullopt;
    text = rest;
    return value;
}

std::optional<Quantity> take_quantity(std::string_view& text) {
    std::string_view rest = without_leading_blanks(text);
    const std::optional<double> value = take_number(rest);
    if (!value) return std::nullopt;
    rest = without_leading_blanks(rest);
    std::size_t size = 0;
    if (!rest.empty() && is_letter(rest[0]))
        while (size < rest.size() && is_unit_char(rest[size])) ++size;
    text = rest.substr(size);
    return Quantity{*value, rest.substr(0, size)};
}

std::optional<Quantity> parenthesized_quantity(std::string_view text) {
    text = without_leading_blanks(text);
    if (!text.starts_with('(')) return std::nullopt;
    text.remove_prefix(1);
    const std::optional<Quantity> quantity = take_quantity(text);
    return text.starts_with(')') ? quantity : std::nullopt;
}

std::optional<double> first_number(std::string_view list) {
    return take_item(list);
}

std::vector<double> leading_numbers(std::string_view list) {
    std::vector<double> numbers;
    while (const std::optional<double> value = take_item(list)) {
        numbers.push_back(*value);
        if (list.empty()) break;
        list.remove_prefix(1);
    }
    return numbers;
}

std::vector<double> all_numbers(std::string_view list) {
    std::vector<double> numbers;
    for (;;) {
        const std::optional<double> value = take_item(list);
        if (!value) return {};
        numbers.push_back(*value);
        if (list.empty()) return numbers;
        list.remove_prefix(1);
    }
}

std::optional<double> duration_s(std::string_view text) {
    text = trim(text);
    std::string_view number = text;
    if (const std::optional<double> seconds = take_number(number); seconds && number.empty()) return seconds;
    double sum = 0;
    do {
        const std::optional<double> value = take_number(text);
        if (!value) return std::nullopt;
        text = without_leading_blanks(text);
        const auto unit_end = std::ranges::find_if_not(text, is_letter);
        const std::optional<double> factor = seconds_per({text.begin(), unit_end});
        if (!factor) return std::nullopt;
        sum += *value * *factor;
        text.remove_prefix(static_cast<std::size_t>(unit_end - text.begin()));
        text.remove_prefix(std::min(text.find_first_not_of(" \t,:"), text.size()));
    } while (!text.empty());
    return sum;
}

std::string clean_text(std::string_view text, std::size_t size_max) {
    const std::string clean = without_control_characters(to_valid_utf8(text));
    std::string_view kept = trim(clean);
    if (kept.size() >= 2 && kept.front() == '"' && kept.back() == '"') kept = trim(kept.substr(1, kept.size() - 2));
    std::size_t size = std::min(kept.size(), size_max);
    while (size < kept.size() && size > 0 && (static_cast<unsigned char>(kept[size]) & 0xC0) == 0x80) --size;
    return std::string(trim(kept.substr(0, size)));
}

}  // namespace karmen::gcode
