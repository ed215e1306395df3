#include "api/openapi/schemas.hpp"

#include "api/openapi/schema_texts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace karmen::api {

namespace json = boost::json;

namespace {

/// Most objects have all their members, so only the others list the required ones.
void require_all(json::value& schema) {
    if (auto* list = schema.if_array())
        for (json::value& item : *list) require_all(item);
    auto* object = schema.if_object();
    if (!object) return;
    for (auto& member : *object) require_all(member.value());
    const json::value* properties = object->if_contains("properties");
    if (!properties || object->contains("required")) return;
    json::array names;
    for (const auto& property : properties->as_object()) names.emplace_back(property.key());
    (*object)["required"] = std::move(names);
}

json::object reference(const std::string& name) {
    return {{"$ref", "#/components/schemas/" + name}};
}

/// `<Type>Page` of `<Type>Fields`: rows of a list have only the members that its parameter `fields` names.
void add_page(json::object& schemas, const std::string& type) {
    json::object fields = schemas.at(type).as_object();
    fields["required"] = json::array{};
    fields["description"] = "The members of " + type + " that the parameter `fields` names, all without it";
    schemas[type + "Fields"] = std::move(fields);
    schemas[type + "Page"] = {
        {"type", "object"},
        {"required", {"items"}},
        {"properties",
         {{"items", {{"type", "array"}, {"items", reference(type + "Fields")}}},
          {"next", {{"type", "string"}, {"description", "Address of the next page; absent on the last"}}}}}};
}

void add_items(json::object& schemas, const std::string& type) {
    schemas[type + "List"] = {{"type", "object"},
                              {"required", {"items"}},
                              {"properties", {{"items", {{"type", "array"}, {"items", reference(type)}}}}}};
}

}  // namespace

json::object parse_schemas(std::string_view text) {
    json::value all = json::parse(text);
    for (auto& schema : all.as_object()) require_all(schema.value());
    return std::move(all.as_object());
}

json::object schemas() {
    json::object all = parse_schemas(answer_schemas());
    for (auto& schema : parse_schemas(request_schemas())) all[schema.key()] = std::move(schema.value());
    for (const char* type : {"User", "Gcode", "PrintJob", "AuditEntry"}) add_page(all, type);
    all.erase("AuditEntry");  // it comes in pages only
    for (const char* type : {"Printer", "ApiToken", "Session"}) add_items(all, type);
    return all;
}

}  // namespace karmen::api
