#pragma once

#include "base/described_json.hpp"
#include "base/json_text.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

/// Described types as the text of their JSON, for long answers: the same as write_json_value of json_of, without the
/// tree between. Each function appends to `out`.
namespace karmen {

inline void write_json(std::string& out, std::nullptr_t) {
    out += "null";
}
template <std::convertible_to<std::string_view> T>
    requires(!std::same_as<T, std::nullptr_t>)
void write_json(std::string& out, const T& text) {
    write_json_text(out, text);
}
template <std::same_as<bool> T>
void write_json(std::string& out, T value) {
    out += value ? "true" : "false";
}
template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
void write_json(std::string& out, T number) {
    write_json_number(out, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>{number});
}
template <std::floating_point T>
void write_json(std::string& out, T number) {
    write_json_number(out, double{number});
}
inline void write_json(std::string& out, const Uuid& uuid) {
    write_json_text(out, uuid.to_string());
}
inline void write_json(std::string& out, Timestamp time) {
    write_json_text(out, to_iso8601(time));
}
template <std::same_as<boost::json::value> T>
void write_json(std::string& out, const T& value) {
    write_json_value(out, value);
}
template <HasWords Enum>
void write_json(std::string& out, Enum value) {
    write_json_text(out, to_string(value));
}
template <class... T>
void write_json(std::string& out, const std::variant<T...>& value);
template <class T>
void write_json(std::string& out, const std::optional<T>& value);
template <class T>
void write_json(std::string& out, const std::vector<T>& items);
template <class T, class Less>
void write_json(std::string& out, const std::map<std::string, T, Less>& entries);

/// The members in the order of the description.
template <Described T>
void write_json(std::string& out, const T& object) {
    char before = '{';
    for_each_written(object, [&](std::string_view name, const auto& value) {
        (out += before) += '"';
        out.append(name).append("\":");
        before = ',';
        write_json(out, value);
    });
    out += before == '{' ? "{}" : "}";
}
/// std::monostate is null.
template <class... T>
void write_json(std::string& out, const std::variant<T...>& value) {
    std::visit(
        [&]<class Held>(const Held& held) {
            if constexpr (std::same_as<Held, std::monostate>)
                out += "null";
            else
                write_json(out, held);
        },
        value);
}
template <class T>
void write_json(std::string& out, const std::optional<T>& value) {
    if (value)
        write_json(out, *value);
    else
        out += "null";
}
template <class T>
void write_json(std::string& out, const std::vector<T>& items) {
    char before = '[';
    for (const T& item : items) {
        out += before;
        before = ',';
        write_json(out, item);
    }
    out += before == '[' ? "[]" : "]";
}
template <class T, class Less>
void write_json(std::string& out, const std::map<std::string, T, Less>& entries) {
    char before = '{';
    for (const auto& [name, value] : entries) {
        out += before;
        before = ',';
        write_json_text(out, name);
        out += ':';
        write_json(out, value);
    }
    out += before == '{' ? "{}" : "}";
}

}  // namespace karmen
