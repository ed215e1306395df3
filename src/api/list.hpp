#pragma once

#include "api/json.hpp"
#include "api/json_text.hpp"
#include "domain/list_query.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace karmen::api {

/// The list parameters of a request: limit, order_by, filter, fields, start_with.
struct ListRequest {
    ListQuery query;
    std::vector<std::string> fields;
    /// As the client wrote them, for `next`.
    std::string order_by;
    std::string filter;
};

/// Throws Error::invalid for an `order_by` with a comma; other invalid values become the defaults (docs/api.md §1).
ListRequest parse_list_request(const http::Request& request);

/// Whether the request has one of these parameters, without regard to `fields`.
bool is_list_request(const http::Request& request);

/// `a,b`
std::vector<std::string> parse_fields(const http::Request& request);

/// `path` as the client knows it. `/gcodes?limit=3&order_by=…&fields=…&filter=…&start_with=…`, values URL-encoded.
std::string next_link(std::string_view path, const ListRequest& list, std::string_view start_with);

template <class Row, class ToItem>
http::Response list_response(std::string_view path, const ListRequest& list, const Page<Row>& page, ToItem to_item) {
    boost::json::array items;
    for (const Row& row : page.rows) items.emplace_back(to_item(row));
    boost::json::object body{{"items", std::move(items)}};
    if (page.next) body["next"] = next_link(path, list, *page.next);
    return http::Response::json(200, to_text(body));
}

template <class Row>
http::Response list_response(std::string_view path, const ListRequest& list, const Page<Row>& page) {
    return list_response(path, list, page, [&](const Row& row) { return pick(to_json(row), list.fields); });
}

}  // namespace karmen::api
