#include "api/openapi/schemas.hpp"

#include "api/json.hpp"
#include "api/openapi/described_schema.hpp"
#include "api/openapi/schema_texts.hpp"
#include "api/probe_json.hpp"
#include "domain/api_token.hpp"
#include "domain/app_key.hpp"
#include "domain/audit_entry.hpp"
#include "domain/login_session.hpp"
#include "domain/printjob.hpp"
#include "domain/user.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <set>
#include <string>

namespace karmen::api {

namespace json = boost::json;

namespace detail {

/// Any value: the member's description says which.
template <>
struct SchemaOf<json::value> {
    static json::object schema() { return {}; }
};

template <>
struct SchemaOf<StatusCode> {
    static json::object schema() {
        std::set<std::string_view> codes;
        for (const auto& [state, word] : Words<PrinterState>::words) codes.insert(status_code(state));
        json::array words;
        for (const std::string_view code : codes) words.emplace_back(json::string(code));
        return {{"type", "string"}, {"enum", std::move(words)}};
    }
};

}  // namespace detail

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

json::object next_page() {
    return {{"type", "string"}, {"description", "Address of the next page; absent on the last"}};
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
        {"properties", {{"items", {{"type", "array"}, {"items", reference(type + "Fields")}}}, {"next", next_page()}}}};
}

void add_items(json::object& schemas, const std::string& type) {
    schemas[type + "List"] = {{"type", "object"},
                              {"required", {"items"}},
                              {"properties", {{"items", {{"type", "array"}, {"items", reference(type)}}}}}};
}

/// Adds a member that a handler writes beside those of the described type.
void add_member(json::object& schema, std::string_view name, json::object member) {
    schema["properties"].as_object()[name] = std::move(member);
    schema["required"].as_array().emplace_back(json::string(name));
}

void add_described(json::object& all) {
    add_described_schemas<User, ApiToken, LoginSession, ShownClient, ShownStatus, ShownWebcam, PrinterJob,
                          services::PrinterView, GcodeAnalysis, Gcode, PrintJob, AuditEntry, TaskRecord, ShownKey,
                          ShownProbeWebcam, printers::Probe, AppKeyRequest>(all);
    add_member(all["Session"].as_object(), "current",
               {{"type", "boolean"}, {"description", "The token of this request came from it"}});
    all["NewApiToken"] = all["ApiToken"];
    add_member(all["NewApiToken"].as_object(), "access_token",
               {{"type", "string"}, {"description", "Shown this once. It has no expiry and acts with role user"}});
    json::object& job = all["PrinterJob"].as_object();
    add_member(job, "print_job",
               {{"type", {"integer", "null"}},
                {"description", "Id of the print job; absent if the printer does not say what it prints"}});
    add_member(job, "foreign",
               {{"type", "boolean"}, {"description", "The print was started elsewhere and is nobody's print job"}});
    job["required"] = json::array{};
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
    add_described(all);
    for (const char* type : {"User", "Gcode", "PrintJob", "AuditEntry", "Task"}) add_page(all, type);
    all.erase("AuditEntry");  // it comes in pages only
    for (const char* type : {"Printer", "ApiToken", "Session"}) add_items(all, type);
    all["PrinterList"].as_object()["properties"].as_object()["next"] = next_page();
    return all;
}

}  // namespace karmen::api
