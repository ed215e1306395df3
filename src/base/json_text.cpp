#include "base/json_text.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace karmen {

namespace {

bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void write_escaped(std::string& out, char c) {
    static constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kNames = "\"\\bfnrt";
    if (const auto place = kNamed.find(c); place != std::string_view::npos)
        out.append({'\\', kNames[place]});
    else
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
}

void write_object(std::string& out, const boost::json::object& object) {
    out += '{';
    for (const auto& member : object) {
        if (out.back() != '{') out += ',';
        write_json_text(out, member.key());
        out += ':';
        write_json_value(out, member.value());
    }
    out += '}';
}

void write_array(std::string& out, const boost::json::array& array) {
    out += '[';
    for (const auto& item : array) {
        if (&item != array.data()) out += ',';
        write_json_value(out, item);
    }
    out += ']';
}

}  // namespace

void write_json_text(std::string& out, std::string_view text) {
    out += '"';
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_plain(text[at])) continue;
        out.append(text, done, at - done);
        write_escaped(out, text[at]);
        done = at + 1;
    }
    out.append(text, done);
    out += '"';
}

void write_json_number(std::string& out, std::int64_t number) {
    const fmt::format_int text(number);
    out.append(text.data(), text.size());
}

void write_json_number(std::string& out, std::uint64_t number) {
    const fmt::format_int text(number);
    out.append(text.data(), text.size());
}

void write_json_number(std::string& out, double number) {
    if (std::isfinite(number))
        fmt::format_to(std::back_inserter(out), "{}", number);
    else
        out += "null";
}

void write_json_value(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            out += "null";
            break;
        case boost::json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case boost::json::kind::int64:
            write_json_number(out, value.get_int64());
            break;
        case boost::json::kind::uint64:
            write_json_number(out, value.get_uint64());
            break;
        case boost::json::kind::double_:
            write_json_number(out, value.get_double());
            break;
        case boost::json::kind::string:
            write_json_text(out, value.get_string());
            break;
        case boost::json::kind::array:
            write_array(out, value.get_array());
            break;
        case boost::json::kind::object:
            write_object(out, value.get_object());
            break;
    }
}

}  // namespace karmen
