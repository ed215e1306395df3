#include "printers/octoprint/lenient_json.hpp"

#include <boost/json.hpp>

#include <array>

namespace karmen::printers::octoprint {

namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 32;

std::optional<json::value> parse(std::string_view body) {
    json::parse_options options;
    options.max_depth = kDepthMax;
    options.allow_invalid_utf8 = true;  // so that a file name in Latin-1 does not make the answer unreadable
    json::error_code error;
    json::value value = json::parse(body, error, {}, options);
    if (error) return std::nullopt;
    return value;
}

}  // namespace

std::string without_nan(std::string_view body) {
    static constexpr std::array<std::string_view, 3> kWords{"NaN", "Infinity", "-Infinity"};
    std::string result;
    result.reserve(body.size());
    bool is_in_text = false;
    for (std::size_t i = 0; i < body.size();) {
        std::size_t length = 1;
        bool is_word = false;
        if (is_in_text && body[i] == '\\') length = 2;
        if (body[i] == '"') is_in_text = !is_in_text;
        for (const std::string_view word : kWords)
            if (!is_in_text && body.substr(i).starts_with(word)) {
                is_word = true;
                length = word.size();
            }
        result += is_word ? std::string_view("null") : body.substr(i, length);
        i += length;
    }
    return result;
}

std::optional<json::value> parse_object(std::string_view body) {
    auto value = parse(body);
    if (!value) value = parse(without_nan(body));
    if (!value || !value->is_object()) return std::nullopt;
    return value;
}

}  // namespace karmen::printers::octoprint
