#pragma once

#include "base/described_text.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace karmen::api {

/// See base/json_text.hpp.
std::string to_text(const boost::json::value& value);
template <Described T>
std::string to_text(const T& object) {
    std::string text;
    karmen::write_json(text, object);
    return text;
}

}  // namespace karmen::api
