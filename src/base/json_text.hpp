#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// JSON as people and old clients expect it: numbers as they would write them (21.3, where Boost.JSON writes 2.13E1),
/// no blanks. Each function appends to `out`.
namespace karmen {

void write_json_text(std::string& out, std::string_view text);
void write_json_number(std::string& out, std::int64_t number);
void write_json_number(std::string& out, std::uint64_t number);
/// JSON has no infinity (RFC 8259 §6): null.
void write_json_number(std::string& out, double number);
void write_json_value(std::string& out, const boost::json::value& value);

}  // namespace karmen
