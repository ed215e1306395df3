#include "base/json_members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace karmen {

namespace json = boost::json;

std::optional<std::string> JsonMembers::optional_text(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()));
}

std::optional<double> JsonMembers::number(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

std::int64_t JsonMembers::integer(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    boost::system::error_code not_exact;
    const auto number = value != nullptr ? value->to_number<std::int64_t>(not_exact) : 0;
    return not_exact ? 0 : number;
}

std::optional<bool> JsonMembers::boolean(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) return std::nullopt;
    return value->get_bool();
}

const json::array& JsonMembers::array(std::string_view name) const {
    static const json::array kNone;
    const json::value* value = object_.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

const json::object& JsonMembers::object(std::string_view name) const {
    static const json::value kMissing;
    const json::value* value = object_.if_contains(name);
    return object_or_empty(value != nullptr ? *value : kMissing);
}

const json::object& object_or_empty(const json::value& value) {
    static const json::object kNone;
    return value.is_object() ? value.get_object() : kNone;
}

}  // namespace karmen
