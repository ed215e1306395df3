#include "api/openapi/document.hpp"

#include "api/json_text.hpp"
#include "api/openapi/parts.hpp"
#include "api/openapi/schemas.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace karmen::api {

namespace json = boost::json;

namespace {

constexpr const char* kDescription =
    "One place to watch and run many network-connected 3D printers. Every error is a problem body (RFC 9457). `HEAD` "
    "works wherever `GET` does; an unknown address is 404, another method 405 with `Allow`. A request that is not "
    "valid HTTP, has an invalid address, comes too slowly, has too large a header or a transfer coding other than "
    "`chunked` gets 400, 408, 417, 431 or 501 before its operation is looked for.";

const OperationFacts* find_facts(std::span<const OperationFacts> facts, const Route& route) {
    const auto found = std::ranges::find_if(
        facts, [&](const OperationFacts& each) { return each.method == route.method && each.path == route.path; });
    return found == facts.end() ? nullptr : &*found;
}

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

json::array parameters(const Route& route, const OperationFacts& facts) {
    json::array all = path_parameters(route.path);
    for (json::value& parameter : query_parameters(facts.query)) all.push_back(std::move(parameter));
    return all;
}

std::string description(const Route& route, const OperationFacts& facts) {
    std::string text = access_text(route);
    if (!facts.note.empty()) text += ' ' + std::string(facts.note);
    return text;
}

json::object operation_json(const Route& route, const OperationFacts& facts) {
    json::object operation{{"operationId", operation_id(route)}, {"tags", {tag_of(route.path)}},
                           {"summary", route.summary},           {"description", description(route, facts)},
                           {"security", security(route.access)}, {"responses", responses(route, facts)}};
    if (json::array all = parameters(route, facts); !all.empty()) operation["parameters"] = std::move(all);
    if (!facts.body.schema.empty())
        operation["requestBody"] = {{"required", facts.body.is_read()},
                                    {"content", content(facts.body.media_type, facts.body.schema)}};
    return operation;
}

json::object paths(std::span<const Route> routes, std::span<const OperationFacts> facts) {
    json::object paths;
    for (const Route& route : routes) {
        json::value& path = paths[route.path];
        if (path.is_null()) path.emplace_object();
        const OperationFacts* known = find_facts(facts, route);
        path.as_object()[to_lower(route.method)] = operation_json(route, known ? *known : OperationFacts{});
    }
    return paths;
}

}  // namespace

json::object openapi_json(std::span<const Route> routes, std::span<const OperationFacts> facts) {
    return {{"openapi", "3.1.0"},
            {"info", {{"title", "Karmen"}, {"version", kVersion}, {"description", kDescription}}},
            {"tags", tags()},
            {"paths", paths(routes, facts)},
            {"components", {{"securitySchemes", security_schemes()}, {"schemas", schemas()}}}};
}

std::vector<std::string> differences(std::span<const Route> routes, std::span<const OperationFacts> facts) {
    std::vector<std::string> found;
    for (const Route& route : routes)
        if (!find_facts(facts, route))
            found.push_back(std::string(route.method) + ' ' + std::string(route.path) + ": a route without facts");
    for (const OperationFacts& each : facts)
        if (std::ranges::none_of(
                routes, [&](const Route& route) { return route.method == each.method && route.path == each.path; }))
            found.push_back(std::string(each.method) + ' ' + each.path + ": facts without a route");
    return found;
}

OpenApiDocument::OpenApiDocument() : text_(to_text(openapi_json(routes(), operation_facts()))) {}

}  // namespace karmen::api
