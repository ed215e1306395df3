#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/described_json.hpp"
#include "base/uuid.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON Schemas of described types.
namespace karmen::api {

template <class T>
concept NamedSchema = Described<T> && requires { Description<T>::name; };

/// The object itself: its members, and those that are always there as `required`.
template <Described T>
boost::json::object object_schema();

namespace detail {

template <class T>
struct SchemaOf;

/// `type`, or `type` and null. A reference, which has no type, gets an alternative.
inline boost::json::object or_null(boost::json::object schema) {
    boost::json::value* type = schema.if_contains("type");
    if (type == nullptr) {
        boost::json::object null{{"type", "null"}};
        return {{"anyOf", boost::json::array{std::move(schema), std::move(null)}}};
    }
    *type = boost::json::array{*type, "null"};
    if (boost::json::value* words = schema.if_contains("enum")) words->as_array().emplace_back(nullptr);
    return schema;
}

template <class T>
boost::json::object schema_of() {
    return SchemaOf<T>::schema();
}

template <>
struct SchemaOf<bool> {
    static boost::json::object schema() { return {{"type", "boolean"}}; }
};
template <std::integral T>
struct SchemaOf<T> {
    static boost::json::object schema() { return {{"type", "integer"}}; }
};
template <std::floating_point T>
struct SchemaOf<T> {
    static boost::json::object schema() { return {{"type", "number"}}; }
};
template <std::convertible_to<std::string_view> T>
struct SchemaOf<T> {
    static boost::json::object schema() { return {{"type", "string"}}; }
};
template <>
struct SchemaOf<Uuid> {
    static boost::json::object schema() { return {{"type", "string"}, {"format", "uuid"}}; }
};
template <>
struct SchemaOf<Timestamp> {
    static boost::json::object schema() { return {{"type", "string"}, {"format", "date-time"}}; }
};
template <HasWords Enum>
struct SchemaOf<Enum> {
    static boost::json::object schema() {
        boost::json::array words;
        for (const auto& [value, word] : Words<Enum>::words) words.emplace_back(boost::json::string(word));
        return {{"type", "string"}, {"enum", std::move(words)}};
    }
};
template <class T>
struct SchemaOf<std::optional<T>> {
    static boost::json::object schema() { return or_null(schema_of<T>()); }
};
template <class T>
struct SchemaOf<std::vector<T>> {
    static boost::json::object schema() { return {{"type", "array"}, {"items", schema_of<T>()}}; }
};
template <class T>
struct SchemaOf<std::map<std::string, T>> {
    static boost::json::object schema() { return {{"type", "object"}, {"additionalProperties", schema_of<T>()}}; }
};
template <Described T>
struct SchemaOf<T> {
    static boost::json::object schema() {
        if constexpr (NamedSchema<T>)
            return {{"$ref", "#/components/schemas/" + std::string(Description<T>::name)}};
        else
            return object_schema<T>();
    }
};

template <class M, class T>
boost::json::object member_schema(const M& member) {
    boost::json::object schema = schema_of<T>();
    if (member.if_empty == IfEmpty::kNull && std::convertible_to<T, std::string_view>) schema = or_null(schema);
    if constexpr (karmen::detail::kIsOptional<T>)
        if (member.if_empty == IfEmpty::kOmit) schema = schema_of<typename T::value_type>();  // then it is never null
    if (!member.text.empty()) schema["description"] = boost::json::string(member.text);
    if (!member.schema.empty())
        for (auto& more : boost::json::parse(member.schema).as_object()) schema[more.key()] = std::move(more.value());
    return schema;
}

}  // namespace detail

template <Described T>
boost::json::object object_schema() {
    boost::json::object schema{{"type", "object"}};
    if constexpr (requires { Description<T>::text; }) schema["description"] = boost::json::string(Description<T>::text);
    boost::json::object properties;
    boost::json::array required;
    for_each_member<T>([&]<class M>(const M& member) {
        using Value = std::decay_t<decltype(member.of(std::declval<const T&>()))>;
        properties[member.name] = detail::member_schema<M, Value>(member);
        if (member.if_empty != IfEmpty::kOmit) required.emplace_back(boost::json::string(member.name));
    });
    schema["properties"] = std::move(properties);
    schema["required"] = std::move(required);
    return schema;
}

/// Puts the schema of each type under its name.
template <NamedSchema... T>
void add_described_schemas(boost::json::object& schemas) {
    ((schemas[Description<T>::name] = object_schema<T>()), ...);
}

}  // namespace karmen::api
