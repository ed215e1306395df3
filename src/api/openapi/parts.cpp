#include "api/openapi/parts.hpp"

#include "base/text.hpp"
#include "http/problem.hpp"
#include "http/status_text.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace karmen::api {

namespace json = boost::json;

namespace {

struct Tag {
    std::string_view name;
    std::string_view description;
};

/// By the first part of the path; other paths get this tag.
constexpr std::string_view kServerTag = "server";
constexpr Tag kTags[] = {
    {kServerTag, "What the server says of itself"},
    {"users", "Logging in, the own account, API tokens, user administration"},
    {"printers", "Printers, their state and their commands"},
    {"proxied-webcam", "Webcams of the printers"},
    {"events", "What changes, as it happens"},
    {"gcodes", "Stored g-code files"},
    {"printjobs", "Prints that were started"},
    {"settings", "Settings of the installation"},
    {"audit", "Who did what"},
    {"tasks", "Work in the background"},
    {"octoprint-emulator", "What slicers talk to: an OctoPrint for the library, or for one printer"},
};

struct Header {
    std::string_view name;
    std::string_view type;
    std::string_view description;
};

constexpr Header kHeaders[] = {
    {"Retry-After", "integer", "Seconds after which it can be tried again"},
    {"Location", "string", "Where it can be asked for, on this server"},
    {"ETag", "string", "Names the content"},
    {"Age", "integer", "Seconds since the picture came from the camera"},
    {"Accept-Ranges", "string", "`bytes`"},
    {"Content-Disposition", "string", "`attachment`, with the name that was uploaded"},
    {"Content-Range", "string", "Which bytes of how many, as RFC 9110 §14.4 has it"},
};

json::object header_json(std::string_view name) {
    const Header& header = *std::ranges::find(kHeaders, name, &Header::name);
    return {{"description", header.description}, {"required", true}, {"schema", {{"type", header.type}}}};
}

void add_header(json::object& response, std::string_view name) {
    json::value& headers = response["headers"];
    if (headers.is_null()) headers.emplace_object();
    headers.as_object()[name] = header_json(name);
}

json::object path_schema(std::string_view name) {
    if (name == "id") return {{"type", "integer"}, {"minimum", 0}};
    constexpr std::array kUuids{"uuid", "jti", "session", "task", "appkey"};
    if (std::ranges::find(kUuids, name) != kUuids.end()) return {{"type", "string"}, {"format", "uuid"}};
    return {{"type", "string"}};
}

json::object query_parameter(std::string_view name, std::string_view description, json::object schema) {
    return {{"name", name}, {"in", "query"}, {"description", description}, {"schema", std::move(schema)}};
}

json::object text() {
    return {{"type", "string"}};
}

using Errors = std::map<unsigned, std::vector<ErrorCode>>;

void add(Errors& errors, std::initializer_list<ErrorCode> codes) {
    for (const ErrorCode code : codes) {
        auto& of_status = errors[http::status_of(code)];
        if (std::ranges::find(of_status, code) == of_status.end()) of_status.push_back(code);
    }
}

void add_token_errors(Errors& errors, const Route& route) {
    using enum ErrorCode;
    if (route.access.credential == Credential::kNone) return;
    if (route.access.credential == Credential::kApiKey) return add(errors, {kForbidden});
    add(errors, {kMissingToken, kExpiredToken, kRevokedToken, kUserSuspended, kWrongCredentials, kInvalidToken});
    if (route.access.freshness != Freshness::kAny) add(errors, {kFreshTokenRequired});
    if (route.access.role == Role::kAdmin) add(errors, {kRoleRequired});
    if (route.when_forced == WhenPasswordChangeIsForced::kRefuse) add(errors, {kPasswordChangeRequired});
}

/// Every call with a token or a password looks up the account; other calls do not need the database.
bool needs_database(const Route& route) {
    return route.access.credential != Credential::kNone || route.body.is_read();
}

Errors errors_of(const Route& route) {
    using enum ErrorCode;
    Errors errors;
    add_token_errors(errors, route);
    if (route.body.is_read()) add(errors, {kInvalidInput, kMalformedBody, kBodyTooLarge, kRequestTimeout});
    const bool has_checked_query = route.query == QueryFacts::kList || route.query == QueryFacts::kPrinterList ||
                                   route.query == QueryFacts::kSnapshotWidth ||
                                   route.query == QueryFacts::kThumbnailSize;
    if (has_checked_query) add(errors, {kInvalidInput});
    for (const ErrorCode code : route.errors) add(errors, {code});
    if (needs_database(route)) add(errors, {kInternal, kStorageUnavailable});
    add(errors, {kOverloaded});
    return errors;
}

json::object problem_content(const std::vector<ErrorCode>& codes) {
    json::array words;
    for (const ErrorCode code : codes) words.emplace_back(to_word(code));
    json::object schema{
        {"allOf",
         {{{"$ref", "#/components/schemas/Problem"}}, {{"properties", {{"code", {{"enum", std::move(words)}}}}}}}}};
    return {{"application/problem+json", {{"schema", std::move(schema)}}}};
}

std::string codes_text(const std::vector<ErrorCode>& codes) {
    std::string words;
    for (const ErrorCode code : codes) words += (words.empty() ? "`" : ", `") + std::string(to_word(code)) + '`';
    return words;
}

json::object error_response(unsigned status, const std::vector<ErrorCode>& codes) {
    json::object response{{"description", std::string(http::status_text(status)) + ": " + codes_text(codes)},
                          {"content", problem_content(codes)}};
    if (status == 429 || status == 503) add_header(response, "Retry-After");
    if (status == 416) add_header(response, "Content-Range");
    return response;
}

}  // namespace

std::string_view tag_of(std::string_view path) {
    const std::string_view segment = path.substr(1, path.find('/', 1) - 1);
    const auto found = std::ranges::find(kTags, segment, &Tag::name);
    return found == std::end(kTags) ? kServerTag : found->name;
}

json::array tags() {
    json::array all;
    for (const Tag& tag : kTags) all.push_back(json::object{{"name", tag.name}, {"description", tag.description}});
    return all;
}

std::string access_text(const Access& access) {
    switch (access.credential) {
        case Credential::kNone:
            return "For anyone.";
        case Credential::kRefreshToken:
            return "For clients with a refresh token.";
        case Credential::kWebcamToken:
            return "For every user; for anyone when `webcam.access` is `open`.";
        case Credential::kApiKey:
            return "For every user, with an API token as API key.";
        case Credential::kAccessToken:
        case Credential::kPageToken:
            break;
    }
    std::string text = access.role == Role::kAdmin ? "For administrators" : "For every user";
    if (access.freshness != Freshness::kAny) text += ", with a fresh access token";
    if (access.freshness == Freshness::kFreshByDefault)
        text += "; any access token is enough when `auth.fresh_admin` is `accounts`";
    return text + '.';
}

json::array security(const Access& access) {
    const auto one_of = [](std::initializer_list<std::string_view> schemes) {
        json::array all;
        for (const std::string_view scheme : schemes) all.push_back(json::object{{scheme, json::array{}}});
        return all;
    };
    switch (access.credential) {
        case Credential::kNone:
            break;
        case Credential::kAccessToken:
            return one_of({"accessToken"});
        case Credential::kRefreshToken:
            return one_of({"refreshToken"});
        case Credential::kPageToken:
        case Credential::kWebcamToken:
            return one_of({"accessToken", "tokenInAddress"});
        case Credential::kApiKey:
            return one_of({"apiKey", "keyAsBearer", "keyInAddress"});
    }
    return {};
}

json::object security_schemes() {
    const auto bearer = [](std::string_view description) {
        return json::object{
            {"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}, {"description", description}};
    };
    return {
        {"accessToken", bearer("Access token of POST /users/me/authenticate, or an API token")},
        {"refreshToken", bearer("Refresh token of POST /users/me/authenticate")},
        {"tokenInAddress",
         {{"type", "apiKey"},
          {"in", "query"},
          {"name", "token"},
          {"description", "The same token in the address, for `<img>` and EventSource, which cannot send a header"}}},
        {"apiKey",
         {{"type", "apiKey"},
          {"in", "header"},
          {"name", "X-Api-Key"},
          {"description", "API token of POST /users/me/tokens"}}},
        {"keyAsBearer", bearer("The same token as other tools send it to an OctoPrint")},
        {"keyInAddress",
         {{"type", "apiKey"},
          {"in", "query"},
          {"name", "apikey"},
          {"description", "The same token in the address, as OctoPrint takes it"}}}};
}

json::array path_parameters(std::string_view path) {
    json::array all;
    for (const std::string_view segment : split(path, '/'))
        if (segment.starts_with('{')) {
            const std::string_view name = segment.substr(1, segment.size() - 2);
            all.push_back(
                json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", path_schema(name)}});
        }
    return all;
}

json::array list_parameters(json::object limit, json::object fields) {
    return {std::move(limit), query_parameter("order_by", "One column, with - in front from the highest down", text()),
            query_parameter("filter",
                            "`column:pattern`, a regular expression without regard to case, of 200 bytes at most "
                            "(`storage.filter_length_max`)",
                            text()),
            std::move(fields),
            query_parameter("start_with", "Key of the first row of the page, as `next` has it", text())};
}

json::array query_parameters(QueryFacts query) {
    if (query == QueryFacts::kNone) return {};
    if (query == QueryFacts::kEventPosition)
        return {
            query_parameter("last_event_id", "The same as the header Last-Event-ID, for a new EventSource", text())};
    if (query == QueryFacts::kSnapshotWidth)
        return {
            query_parameter("width",
                            "The picture is at least so many pixels wide, and as small as it can be for that; never "
                            "larger than the camera's own, which it is without this",
                            {{"type", "integer"}, {"minimum", 1}, {"maximum", 100'000}})};
    if (query == QueryFacts::kThumbnailSize)
        return {query_parameter("size",
                                "`WxH`, such as `220x124`: exactly this size. `N`: the smallest that is at least N "
                                "pixels wide and high; if there is none, and without this, the largest",
                                {{"type", "string"}, {"pattern", "^[0-9]+(x[0-9]+)?$"}})};
    if (query == QueryFacts::kSlicerUpload)
        return {query_parameter("path", "Before the field of this name in the form", text()),
                query_parameter("print", "Before the field of this name in the form", text())};
    const json::object printer_fields =
        query_parameter("fields", "What is asked of the printers, of status, webcam, job: `status,job`", text());
    if (query == QueryFacts::kPrinterFields) return {printer_fields};
    if (query == QueryFacts::kPrinterList)
        return list_parameters(query_parameter("limit", "At most 1000; all printers without it", {{"type", "integer"}}),
                               printer_fields);
    return list_parameters(
        query_parameter("limit", "At most 1000, and more means 1000; what is no positive number means the default",
                        {{"type", "integer"}, {"default", 200}}),
        query_parameter("fields", "Members that are wanted: `id,display`", text()));
}

json::object content(std::string_view media_type, std::string_view schema) {
    return {{media_type, {{"schema", {{"$ref", "#/components/schemas/" + std::string(schema)}}}}}};
}

json::object responses(const Route& route) {
    json::object all;
    for (const AnswerFacts& answer : route.answers) {
        json::value& response = all[std::to_string(answer.status)];
        if (response.is_null()) response = {{"description", http::status_text(answer.status)}};
        for (const std::string_view name : answer.headers) add_header(response.as_object(), name);
        if (answer.schema.empty()) continue;
        json::value& media = response.as_object()["content"];
        if (media.is_null()) media.emplace_object();
        for (auto& each : content(answer.media_type, answer.schema)) media.as_object()[each.key()] = each.value();
    }
    for (const auto& [status, codes] : errors_of(route)) all[std::to_string(status)] = error_response(status, codes);
    return all;
}

}  // namespace karmen::api
