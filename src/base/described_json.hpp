#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Described types as JSON, and back. Reading never throws: old databases and other versions of the program wrote what
/// is read.
namespace karmen {

namespace detail {

template <class T>
constexpr bool kIsOptional = false;
template <class T>
constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
bool is_empty(const T& value) {
    if constexpr (kIsOptional<T>)
        return !value.has_value();
    else if constexpr (std::convertible_to<T, std::string_view>)
        return std::string_view(value).empty();
    else
        return false;
}

}  // namespace detail

template <Described T>
boost::json::object to_described_json(const T& object);

inline boost::json::value json_of(const std::string& text) {
    return boost::json::value(text);
}
inline boost::json::value json_of(std::string_view text) {
    return boost::json::value(boost::json::string(text));
}
template <class T>
    requires std::integral<T> || std::floating_point<T>
boost::json::value json_of(T number) {
    return boost::json::value(number);
}
inline boost::json::value json_of(const Uuid& uuid) {
    return boost::json::value(uuid.to_string());
}
inline boost::json::value json_of(Timestamp time) {
    return boost::json::value(to_iso8601(time));
}
inline boost::json::value json_of(std::nullptr_t) {
    return nullptr;
}
template <std::same_as<boost::json::value> T>
boost::json::value json_of(const T& value) {
    return value;
}
/// std::monostate is null.
template <class... T>
boost::json::value json_of(const std::variant<T...>& value) {
    return std::visit(
        []<class Held>(const Held& held) -> boost::json::value {
            if constexpr (std::same_as<Held, std::monostate>)
                return nullptr;
            else
                return json_of(held);
        },
        value);
}
template <HasWords Enum>
boost::json::value json_of(Enum value) {
    return json_of(to_string(value));
}
template <Described T>
boost::json::value json_of(const T& object);
template <class T>
boost::json::value json_of(const std::optional<T>& value);
template <class T>
boost::json::value json_of(const std::vector<T>& items);
template <class T>
boost::json::value json_of(const std::map<std::string, T>& entries);

template <Described T>
boost::json::value json_of(const T& object) {
    return boost::json::value(to_described_json(object));
}
template <class T>
boost::json::value json_of(const std::optional<T>& value) {
    return value ? json_of(*value) : boost::json::value(nullptr);
}
template <class T>
boost::json::value json_of(const std::vector<T>& items) {
    boost::json::array array;
    array.reserve(items.size());
    for (const T& item : items) array.push_back(json_of(item));
    return boost::json::value(std::move(array));
}
template <class T>
boost::json::value json_of(const std::map<std::string, T>& entries) {
    boost::json::object object;
    for (const auto& [name, value] : entries) object[name] = json_of(value);
    return boost::json::value(std::move(object));
}

/// Calls `write(name, value)` with each member that is written, in the order of the description. The value is nullptr
/// if null stands for an empty one.
template <Described T, class Write>
void for_each_written(const T& object, Write write) {
    for_each_member<T>([&](const auto& member) {
        const auto& value = member.of(object);
        const bool is_empty = member.if_empty != IfEmpty::kWrite && detail::is_empty(value);
        if (!is_empty)
            write(member.name, value);
        else if (member.if_empty == IfEmpty::kNull)
            write(member.name, nullptr);
    });
}

template <Described T>
boost::json::object to_described_json(const T& object) {
    boost::json::object result;
    result.reserve(std::tuple_size_v<decltype(Description<T>::members)>);
    for_each_written(object, [&](std::string_view name, const auto& value) { result.emplace(name, json_of(value)); });
    return result;
}

/// Each reader takes what it can and returns whether the value was as promised. A value of another kind leaves the
/// target as it is.
template <Described T>
bool read_json(const boost::json::value& value, T& target);

inline bool read_json(const boost::json::value& value, bool& target) {
    if (value.is_bool()) target = value.get_bool();
    return value.is_bool();
}
inline bool read_json(const boost::json::value& value, std::string& target) {
    if (!value.is_string()) return false;
    target = std::string_view(value.get_string());
    return true;
}
/// A fraction, or a number that does not fit, is not as promised.
template <std::integral T>
    requires(!std::same_as<T, bool>)
bool read_json(const boost::json::value& value, T& target) {
    boost::system::error_code not_exact;
    const T number = value.is_number() ? value.to_number<T>(not_exact) : T{};
    if (!value.is_number() || not_exact) return false;
    target = number;
    return true;
}
inline bool read_json(const boost::json::value& value, double& target) {
    if (value.is_number()) target = value.to_number<double>();
    return value.is_number();
}
inline bool read_json(const boost::json::value& value, Timestamp& target) {
    if (!value.is_string()) return false;
    try {
        target = parse_iso8601(std::string(std::string_view(value.get_string())));
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}
inline bool read_json(const boost::json::value& value, Uuid& target) {
    const auto uuid = value.is_string() ? Uuid::parse(std::string_view(value.get_string())) : std::nullopt;
    if (uuid) target = *uuid;
    return uuid.has_value();
}
template <HasWords Enum>
bool read_json(const boost::json::value& value, Enum& target) {
    const auto found = value.is_string() ? from_word<Enum>(std::string_view(value.get_string())) : std::nullopt;
    if (found) target = *found;
    return found.has_value();
}
template <class T>
bool read_json(const boost::json::value& value, std::optional<T>& target) {
    if (value.is_null()) {
        target.reset();
        return true;
    }
    T read{};
    if (!read_json(value, read)) return false;
    target = std::move(read);
    return true;
}
/// Leaves out the items of another kind.
template <class T>
bool read_json(const boost::json::value& value, std::vector<T>& target) {
    if (!value.is_array()) return false;
    bool is_good = true;
    for (const boost::json::value& item : value.get_array()) {
        T read{};
        const bool is_item_good = read_json(item, read);
        is_good &= is_item_good;
        if (is_item_good || (Described<T> && item.is_object())) target.push_back(std::move(read));
    }
    return is_good;
}
template <class T>
bool read_json(const boost::json::value& value, std::map<std::string, T>& target) {
    if (!value.is_object()) return false;
    bool is_good = true;
    for (const auto& entry : value.get_object()) {
        T read{};
        if (!read_json(entry.value(), read)) is_good = false;
        target.insert_or_assign(std::string(std::string_view(entry.key())), std::move(read));
    }
    return is_good;
}

/// A member that is missing keeps the value that it has. It may be missing if it is an optional or left out when empty.
template <Described T>
bool read_members(const boost::json::object& object, T& target) {
    bool is_good = true;
    for_each_member<T>([&](const auto& member) {
        if constexpr (requires { member.pointer; }) {
            auto& member_target = target.*member.pointer;
            if (const boost::json::value* found = object.if_contains(member.name))
                is_good &= read_json(*found, member_target);
            else if (!detail::kIsOptional<std::decay_t<decltype(member_target)>> && member.if_empty != IfEmpty::kOmit)
                is_good = false;
        }
    });
    return is_good;
}
template <Described T>
bool read_json(const boost::json::value& value, T& target) {
    return value.is_object() && read_members(value.get_object(), target);
}

}  // namespace karmen
