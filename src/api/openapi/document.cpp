#include "api/openapi/document.hpp"

#include "api/json_text.hpp"
#include "api/openapi/parts.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace karmen::api {

namespace json = boost::json;

namespace {

constexpr const char* kDescription =
    "One place to watch and run many network-connected 3D printers. Every error is a problem body (RFC 9457). `HEAD` "
    "works wherever `GET` does; an unknown address is 404, another method 405 with `Allow`. A request that is not "
    "valid HTTP, has an invalid address, comes too slowly, has too large a header or a transfer coding other than "
    "`chunked` gets 400, 408, 417, 431 or 501 before its operation is looked for.";

/// `get_printers_host_connection`
std::string operation_id(const Route& route) {
    std::string id = to_lower(route.method);
    bool is_new_word = true;
    for (const char c : route.path) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_letter && is_new_word) id += '_';
        if (is_letter) id += c;
        is_new_word = !is_letter;
    }
    if (route.path.size() > 1 && route.path.ends_with('/')) id += "_page";
    return id;
}

json::array parameters(const Route& route) {
    json::array all = path_parameters(route.path);
    for (json::value& parameter : query_parameters(route.query)) all.push_back(std::move(parameter));
    return all;
}

std::string description(const Route& route) {
    std::string text = access_text(route.access);
    if (!route.note.empty()) text += ' ' + std::string(route.note);
    return text;
}

json::object operation_json(const Route& route) {
    json::object operation{{"operationId", operation_id(route)}, {"tags", {tag_of(route.path)}},
                           {"summary", route.summary},           {"description", description(route)},
                           {"security", security(route.access)}, {"responses", responses(route)}};
    if (json::array all = parameters(route); !all.empty()) operation["parameters"] = std::move(all);
    if (!route.body.schema.empty())
        operation["requestBody"] = {{"required", route.body.is_read()},
                                    {"content", content(route.body.media_type, route.body.schema)}};
    return operation;
}

json::object paths(std::span<const Route> routes) {
    json::object paths;
    for (const Route& route : routes) {
        json::value& path = paths[route.path];
        if (path.is_null()) path.emplace_object();
        path.as_object()[to_lower(route.method)] = operation_json(route);
    }
    return paths;
}

}  // namespace

json::object openapi_json(std::span<const Route> routes, json::object schemas) {
    return {{"openapi", "3.1.0"},
            {"info", {{"title", "Karmen"}, {"version", kVersion}, {"description", kDescription}}},
            {"tags", tags()},
            {"paths", paths(routes)},
            {"components", {{"securitySchemes", security_schemes()}, {"schemas", std::move(schemas)}}}};
}

OpenApiDocument::OpenApiDocument(std::span<const Route> routes, json::object schemas)
    : text_(to_text(openapi_json(routes, std::move(schemas)))), digest_(sha256_of(text_).substr(0, 32)) {}

}  // namespace karmen::api
