#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace karmen::api {

namespace {

constexpr std::size_t kValueBytesMax = 255;

/// Stored as text; numbers and booleans come back as such.
boost::json::value to_value(const std::optional<std::string>& text) {
    if (!text) return nullptr;
    const bool is_digits = !text->empty() && std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; });
    if (is_digits)
        if (const auto number = parse_int(*text)) return *number;
    const std::string lower = to_lower(*text);
    if (lower == "true" || lower == "yes" || lower == "on") return true;
    if (lower == "false" || lower == "no" || lower == "off") return false;
    return boost::json::value(*text);
}

std::optional<std::string> to_stored_text(JsonBody& row, const boost::json::value& value) {
    if (value.is_null()) return std::nullopt;
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_number()) return to_text(value);
    if (value.is_string()) return row.optional_text("val", kValueBytesMax);
    row.fail("val", "must be a text, a number, true, false or null");
    return std::nullopt;
}

}  // namespace

Answer list_settings(const Services& services, Call&) {
    boost::json::array rows;
    for (const Setting& setting : co_await services.settings.all())
        rows.push_back({{"key", setting.key}, {"val", to_value(setting.val)}});
    co_return http::Response::json(200, to_text(rows));
}

Answer change_settings(const Services& services, Call& call) {
    std::vector<Setting> settings;
    for (JsonBody& row : co_await JsonBody::read_list(call.request)) {
        Setting setting{.key = row.required_text("key"), .val = std::nullopt};
        if (const boost::json::value* value = row.member("val"))
            setting.val = to_stored_text(row, *value);
        else
            row.fail("val", "is required");
        row.finish();
        settings.push_back(std::move(setting));
    }
    co_await services.settings.set(std::move(settings));
    co_return http::Response{.status = 201, .headers = {}, .body = {}};
}

}  // namespace karmen::api
