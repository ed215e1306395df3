#include "api/body.hpp"
#include "api/json_text.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace karmen::api {

namespace {

constexpr std::size_t kValueBytesMax = 255;

/// Digits are a number, even with leading zeros. Other numbers must be in the form of to_stored_text: `1e3` is a text.
std::optional<boost::json::value> to_number(const std::string& text) {
    const bool is_digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (const auto whole = parse_int(text); whole && (is_digits || std::to_string(*whole) == text)) return *whole;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
    if (is_number && fmt::format("{}", number) == text) return number;
    return std::nullopt;
}

/// Stored as text; numbers and booleans come back as such.
boost::json::value to_value(const std::optional<std::string>& text) {
    if (!text) return nullptr;
    if (auto number = to_number(*text)) return std::move(*number);
    const std::string lower = to_lower(*text);
    if (lower == "true" || lower == "yes" || lower == "on") return true;
    if (lower == "false" || lower == "no" || lower == "off") return false;
    return boost::json::value(*text);
}

std::optional<std::string> to_stored_number(JsonBody& row, double number) {
    // JSON has no infinity (RFC 8259 §6); a number with too many digits is read as one.
    if (!std::isfinite(number)) row.fail("val", "is too large a number");
    return number == 0 ? "0" : fmt::format("{}", number);
}

std::optional<std::string> to_stored_text(JsonBody& row, const boost::json::value& value) {
    if (value.is_null()) return std::nullopt;
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_number()) return to_stored_number(row, value.to_number<double>());
    if (value.is_string()) return row.optional_text("val", kValueBytesMax);
    row.fail("val", "must be a text, a number, true, false or null");
    return std::nullopt;
}

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
        call.audit.target += (call.audit.target.empty() ? "" : " ") + setting.key;
        settings.push_back(std::move(setting));
    }
    co_await services.settings.set(std::move(settings));
    co_return http::Response{.status = 201, .headers = {}, .body = {}};
}

}  // namespace

std::vector<Route> settings_routes() {
    using enum ErrorCode;
    return {
        {.method = "GET",
         .path = "/settings",
         .summary = "All settings",
         .access = kUser,
         .handler = list_settings,
         .answers = {{200, "Settings"}}},
        {.method = "POST",
         .path = "/settings",
         .summary = "Change settings",
         .access = kAdmin,
         .handler = change_settings,
         .audit = "setting.change",
         .answers = {{201}},
         .body = {"SettingsChange"},
         .errors = {kDiskFull}},
    };
}

}  // namespace karmen::api
