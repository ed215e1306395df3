#include "api/openapi/document.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>

namespace karmen::api {

namespace json = boost::json;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

namespace {

constexpr Route kPlanted{.method = "POST",
                         .path = "/planted/{id}",
                         .access = Access::kFreshAdmin,
                         .when_forced = WhenPasswordChangeIsForced::kRefuse,
                         .deadline = Deadline::kHandler,
                         .handler = nullptr,
                         .summary = "Planted"};

json::object document() {
    return json::parse(OpenApiDocument().text()).as_object();
}

void collect_references(const json::value& value, std::set<std::string>& found) {
    if (const auto* list = value.if_array())
        for (const json::value& item : *list) collect_references(item, found);
    if (const auto* object = value.if_object())
        for (const auto& member : *object) {
            if (member.key() == "$ref") found.emplace(std::string_view(member.value().as_string()));
            collect_references(member.value(), found);
        }
}

std::set<std::string> codes_of(const json::object& operation, std::string_view status) {
    std::set<std::string> codes;
    const json::value& schema = operation.at("responses").at(status).at("content").at("application/problem+json");
    for (const json::value& code : schema.at_pointer("/schema/allOf/1/properties/code/enum").as_array())
        codes.emplace(std::string_view(code.as_string()));
    return codes;
}

json::object planted_operation(const OperationFacts& facts, const Route& route = kPlanted) {
    const json::object planted = openapi_json({&route, 1}, {&facts, 1});
    return planted.at("paths").at("/planted/{id}").at("post").as_object();
}

}  // namespace

TEST(OpenApi, EveryRouteHasFactsAndAllFactsHaveARoute) {
    EXPECT_THAT(differences(routes(), operation_facts()), IsEmpty());
}

TEST(OpenApi, NoticesAnUndocumentedRoute) {
    EXPECT_THAT(differences({&kPlanted, 1}, {}), ElementsAre("POST /planted/{id}: a route without facts"));
}

TEST(OpenApi, NoticesFactsWithoutARoute) {
    const OperationFacts gone{.method = "GET", .path = "/gone"};
    EXPECT_THAT(differences({}, {&gone, 1}), ElementsAre("GET /gone: facts without a route"));
}

TEST(OpenApi, DescribesEveryRouteOnce) {
    std::size_t operations = 0;
    std::set<std::string> ids;
    const json::object whole = document();
    for (const auto& path : whole.at("paths").as_object())
        for (const auto& operation : path.value().as_object()) {
            ++operations;
            ids.emplace(std::string_view(operation.value().at("operationId").as_string()));
        }
    EXPECT_EQ(operations, routes().size());
    EXPECT_EQ(ids.size(), routes().size());
}

TEST(OpenApi, NamesOnlySchemasThatAreThere) {
    const json::value whole = document();
    std::set<std::string> references;
    collect_references(whole, references);
    EXPECT_THAT(references, Not(IsEmpty()));
    for (const std::string& reference : references) {
        boost::system::error_code error;
        EXPECT_NE(whole.find_pointer(reference.substr(1), error), nullptr) << reference;
    }
}

TEST(OpenApi, EverySchemaIsUsed) {
    const json::value whole = document();
    std::set<std::string> references;
    collect_references(whole, references);
    for (const auto& schema : whole.at("components").at("schemas").as_object())
        EXPECT_TRUE(references.contains("#/components/schemas/" + std::string(schema.key()))) << schema.key();
}

TEST(OpenApi, DerivesFromTheRowWhatFollowsFromIt) {
    const json::object operation =
        planted_operation({.method = "POST", .path = "/planted/{id}", .answers = {{201, "User"}}, .body = {"NewUser"}});
    EXPECT_EQ(json::parse(R"([{"accessToken": []}])"), operation.at("security"));
    EXPECT_EQ(operation.at("parameters").at(0).at("name"), "id");
    EXPECT_THAT(codes_of(operation, "401"),
                IsSupersetOf({"missing_token", "fresh_token_required", "role_required", "password_change_required"}));
    EXPECT_THAT(codes_of(operation, "400"), ElementsAre("invalid_input", "malformed_body"));
    EXPECT_THAT(codes_of(operation, "413"), ElementsAre("body_too_large"));
    EXPECT_THAT(codes_of(operation, "422"), ElementsAre("invalid_token"));
}

TEST(OpenApi, AddsTheErrorsOfTheFactsUnderTheirStatus) {
    const json::object operation = planted_operation(
        {.method = "POST", .path = "/planted/{id}", .answers = {{204}}, .errors = {ErrorCode::kGcodeNotFound}});
    EXPECT_THAT(codes_of(operation, "404"), ElementsAre("gcode_not_found"));
    EXPECT_FALSE(operation.at("responses").at("204").as_object().contains("content"));
    EXPECT_FALSE(operation.contains("requestBody"));
}

TEST(OpenApi, NamesTheHeadersOfAnswersAndOfErrors) {
    const json::object operation = planted_operation(
        {.method = "POST",
         .path = "/planted/{id}",
         .answers = {{.status = 201, .schema = "User", .headers = {"Location", "ETag"}}, {204}},
         .errors = {ErrorCode::kTooManyRequests, ErrorCode::kRangeNotSatisfiable, ErrorCode::kGcodeNotFound}});
    const json::object& responses = operation.at("responses").as_object();
    EXPECT_EQ(responses.at("201").at_pointer("/headers/Location/required"), true);
    EXPECT_EQ(responses.at("201").at_pointer("/headers/ETag/required"), true);
    for (const char* status : {"429", "503"})
        EXPECT_EQ(responses.at(status).at_pointer("/headers/Retry-After/schema/type"), "integer") << status;
    EXPECT_TRUE(responses.at("416").at("headers").as_object().contains("Content-Range"));
    for (const char* status : {"204", "404"})
        EXPECT_FALSE(responses.at(status).as_object().contains("headers")) << status;
}

TEST(OpenApi, FaultsOfTheDatabaseAreThereWhereItIsAsked) {
    const OperationFacts facts{.method = "POST", .path = "/planted/{id}", .answers = {{204}}};
    EXPECT_THAT(codes_of(planted_operation(facts), "500"), ElementsAre("internal"));
    EXPECT_THAT(codes_of(planted_operation(facts), "503"), ElementsAre("overloaded", "storage_unavailable"));

    Route open = kPlanted;
    open.access = Access::kAnyone;
    EXPECT_THAT(codes_of(planted_operation(facts, open), "503"), ElementsAre("overloaded"));
    EXPECT_FALSE(planted_operation(facts, open).at("responses").as_object().contains("500"));
}

TEST(OpenApi, ABodyThatIsIgnoredMayBeAbsentAndCannotBeWrong) {
    const json::object operation = planted_operation(
        {.method = "POST", .path = "/planted/{id}", .body = {"NewUser", "application/json", BodyUse::kIgnored}});
    EXPECT_EQ(operation.at("requestBody").at("required"), false);
    EXPECT_FALSE(operation.at("responses").as_object().contains("400"));
}

}  // namespace karmen::api
