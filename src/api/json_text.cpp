#include "api/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace karmen::api {

namespace {

void append(std::string& text, const boost::json::value& value) {
    if (const auto* object = value.if_object()) {
        text += '{';
        for (const auto& member : *object) {
            if (text.back() != '{') text += ',';
            text += boost::json::serialize(boost::json::string(member.key()));
            text += ':';
            append(text, member.value());
        }
        text += '}';
    } else if (const auto* array = value.if_array()) {
        text += '[';
        for (const auto& item : *array) {
            if (&item != array->data()) text += ',';
            append(text, item);
        }
        text += ']';
    } else if (const auto* number = value.if_double()) {
        // JSON has no infinity (RFC 8259 §6).
        if (std::isfinite(*number))
            fmt::format_to(std::back_inserter(text), "{}", *number);
        else
            text += "null";
    } else if (const auto* string = value.if_string()) {
        text += boost::json::serialize(*string);
    } else {
        text += boost::json::serialize(value);
    }
}

}  // namespace

std::string to_text(const boost::json::value& value) {
    std::string text;
    append(text, value);
    return text;
}

}  // namespace karmen::api
