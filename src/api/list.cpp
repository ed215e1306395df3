#include "api/list.hpp"

#include "base/error.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>

namespace karmen::api {

namespace {

std::size_t parse_limit(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto limit = parse_int(text);
    const bool is_digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!limit && is_digits) return kListLimitMax;  // more than an integer holds
    if (!limit || *limit <= 0) return kListLimitDefault;
    return static_cast<std::size_t>(std::min<std::int64_t>(*limit, kListLimitMax));
}

/// A `+` before the column means ascending; unencoded it arrives as a blank.
ListQuery::Order parse_order(std::string_view text) {
    if (text.find(',') != std::string_view::npos) throw Error::invalid("/order_by", "takes one column only");
    const Direction direction = text.starts_with('-') ? Direction::kDescending : Direction::kAscending;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return {std::string(trim(text)), direction};
}

std::optional<ListQuery::Filter> parse_filter(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    return ListQuery::Filter{std::string(text.substr(0, colon)), to_nfc(text.substr(colon + 1))};
}

}  // namespace

std::vector<std::string> parse_fields(const http::Request& request) {
    std::vector<std::string> fields;
    for (const std::string_view field : split(http::find(request.query, "fields").value_or(""), ','))
        if (!field.empty()) fields.emplace_back(field);
    return fields;
}

bool is_list_request(const http::Request& request) {
    return std::ranges::any_of(std::array{"limit", "order_by", "filter", "start_with"},
                               [&](const char* name) { return http::find(request.query, name).has_value(); });
}

ListRequest parse_list_request(const http::Request& request) {
    const auto parameter = [&](std::string_view name) {
        return std::string(http::find(request.query, name).value_or(""));
    };
    ListRequest list{.fields = parse_fields(request), .order_by = parameter("order_by"), .filter = parameter("filter")};
    list.query.limit = parse_limit(parameter("limit"));
    if (!trim(list.order_by).empty()) list.query.order_by = parse_order(trim(list.order_by));
    list.query.filter = parse_filter(list.filter);
    if (const auto start = http::find(request.query, "start_with")) list.query.start_with = std::string(*start);
    return list;
}

std::string next_link(std::string_view path, const ListRequest& list, std::string_view start_with) {
    std::string link = std::string(path) + "?limit=" + std::to_string(list.query.limit);
    if (!list.order_by.empty()) link += "&order_by=" + percent_encoded(list.order_by);
    if (!list.fields.empty()) {
        link += "&fields=";
        for (const std::string& field : list.fields)
            link += (&field == list.fields.data() ? "" : ",") + percent_encoded(field);
    }
    if (!list.filter.empty()) link += "&filter=" + percent_encoded(list.filter);
    return link + "&start_with=" + percent_encoded(start_with);
}

}  // namespace karmen::api
