#include "api/body.hpp"

#include "api/json_names.hpp"
#include "base/text.hpp"

#include <boost/json/parse.hpp>

namespace karmen::api {

namespace {

constexpr std::size_t kDepthMax = 32;

Error malformed(const char* message, std::string detail = {}) {
    return {ErrorCode::kMalformedBody, PublicMessage{message}, LogDetail{std::move(detail)}};
}

/// `application/json` or `application/*+json`, in any letter case and with any parameters (RFC 6839 §3.1).
bool is_json(std::string_view content_type) {
    const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

Awaitable<boost::json::value> read_value(http::Request& request) {
    if (!is_json(request.headers.find("Content-Type").value_or("")))
        throw malformed("The body must be JSON: Content-Type application/json");
    const std::string text = co_await http::read_all(*request.body);
    std::string_view json = text;
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    boost::json::parse_options options;
    options.max_depth = kDepthMax;
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(json, error, {}, options);
    if (error) throw malformed("The body is not well-formed JSON", error.message());
    if (const auto pointer = find_repeated_member(json)) throw Error::invalid(*pointer, "is there more than once");
    co_return value;
}

}  // namespace

Awaitable<JsonBody> JsonBody::read(http::Request& request) {
    boost::json::value value = co_await read_value(request);
    if (!value.is_object()) throw Error::invalid("", "The body must be a JSON object");
    if (value.get_object().empty()) throw Error::invalid("", "The body must not be empty");
    co_return JsonBody(std::move(value.get_object()));
}

Awaitable<std::vector<JsonBody>> JsonBody::read_list(http::Request& request) {
    boost::json::value value = co_await read_value(request);
    if (!value.is_array()) throw Error::invalid("", "The body must be a JSON list");
    std::vector<JsonBody> list;
    for (boost::json::value& item : value.get_array()) {
        std::string pointer = "/" + std::to_string(list.size());
        if (!item.is_object()) throw Error::invalid(pointer, "must be an object");
        list.push_back(JsonBody(std::move(item.get_object()), std::move(pointer)));
    }
    if (list.empty()) throw Error::invalid("", "The body must not be empty");
    co_return list;
}

const boost::json::value* JsonBody::find(std::string_view name) const {
    const boost::json::value* value = object_.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

void JsonBody::fail(std::string_view name, std::string message) {
    errors_.push_back({pointer_ + "/" + std::string(name), std::move(message)});
}

void JsonBody::finish() const {
    if (!errors_.empty()) throw Error::invalid(errors_);
}

std::optional<std::string> JsonBody::text(std::string_view name, const boost::json::value& value,
                                          std::size_t bytes_max) {
    if (!value.is_string()) {
        fail(name, "must be a string");
        return std::nullopt;
    }
    std::string content(std::string_view(value.get_string()));
    if (content.size() > bytes_max)
        fail(name, "must not be longer than " + std::to_string(bytes_max) + " bytes");
    else if (content.find('\0') != std::string::npos)
        fail(name, "has a NUL character");
    else
        return content;
    return std::nullopt;
}

std::string JsonBody::required_text(std::string_view name, std::size_t bytes_max) {
    const boost::json::value* value = find(name);
    if (!value) {
        fail(name, "is required");
        return {};
    }
    auto content = text(name, *value, bytes_max);
    if (content && content->empty()) fail(name, "must not be empty");
    return content.value_or("");
}

std::optional<std::string> JsonBody::optional_text(std::string_view name, std::size_t bytes_max) {
    const boost::json::value* value = find(name);
    return value ? text(name, *value, bytes_max) : std::nullopt;
}

std::optional<bool> JsonBody::optional_bool(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    fail(name, "must be true or false");
    return std::nullopt;
}

std::int64_t JsonBody::required_id(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) {
        fail(name, "is required");
        return 0;
    }
    if (value->is_int64()) return value->get_int64();
    if (value->is_string())
        if (const auto number = parse_id(value->get_string())) return *number;
    fail(name, "must be the number of an item");
    return 0;
}

const boost::json::object* JsonBody::optional_object(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) return nullptr;
    if (!value->is_object()) fail(name, "must be an object");
    return value->if_object();
}

std::optional<std::int64_t> parse_id(std::string_view text) {
    const auto number = parse_int(text);
    return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace karmen::api
