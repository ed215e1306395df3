#include "api/openapi/document.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>

namespace karmen::api {

namespace json = boost::json;

using testing::ElementsAre;
using testing::IsSupersetOf;

namespace {

Route planted() {
    return {.method = "POST", .path = "/planted/{id}", .summary = "Planted", .access = kFreshAdmin, .answers = {{204}}};
}

std::set<std::string> codes_of(const json::object& operation, std::string_view status) {
    std::set<std::string> codes;
    const json::value& schema = operation.at("responses").at(status).at("content").at("application/problem+json");
    for (const json::value& code : schema.at_pointer("/schema/allOf/1/properties/code/enum").as_array())
        codes.emplace(std::string_view(code.as_string()));
    return codes;
}

json::object operation_of(const Route& route) {
    return openapi_json({&route, 1}, {}).at("paths").at("/planted/{id}").at("post").as_object();
}

}  // namespace

TEST(OpenApi, DerivesFromTheRowWhatFollowsFromIt) {
    Route route = planted();
    route.answers = {{201, "User"}};
    route.body = {"NewUser"};
    const json::object operation = operation_of(route);
    EXPECT_EQ(json::parse(R"([{"accessToken": []}])"), operation.at("security"));
    EXPECT_EQ(operation.at("parameters").at(0).at("name"), "id");
    EXPECT_THAT(codes_of(operation, "401"),
                IsSupersetOf({"missing_token", "fresh_token_required", "role_required", "password_change_required"}));
    EXPECT_THAT(codes_of(operation, "400"), ElementsAre("invalid_input", "malformed_body"));
    EXPECT_THAT(codes_of(operation, "413"), ElementsAre("body_too_large"));
    EXPECT_THAT(codes_of(operation, "422"), ElementsAre("invalid_token"));
}

TEST(OpenApi, AddsTheErrorsOfTheFactsUnderTheirStatus) {
    Route route = planted();
    route.errors = {ErrorCode::kGcodeNotFound};
    const json::object operation = operation_of(route);
    EXPECT_THAT(codes_of(operation, "404"), ElementsAre("gcode_not_found"));
    EXPECT_FALSE(operation.at("responses").at("204").as_object().contains("content"));
    EXPECT_FALSE(operation.contains("requestBody"));
}

TEST(OpenApi, NamesTheHeadersOfAnswersAndOfErrors) {
    Route route = planted();
    route.answers = {{.status = 201, .schema = "User", .headers = {"Location", "ETag"}}, {204}};
    route.errors = {ErrorCode::kTooManyRequests, ErrorCode::kRangeNotSatisfiable, ErrorCode::kGcodeNotFound};
    const json::object operation = operation_of(route);
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
    Route route = planted();
    EXPECT_THAT(codes_of(operation_of(route), "500"), ElementsAre("internal"));
    EXPECT_THAT(codes_of(operation_of(route), "503"), ElementsAre("overloaded", "storage_unavailable"));

    route.access = kAnyone;
    EXPECT_THAT(codes_of(operation_of(route), "503"), ElementsAre("overloaded"));
    EXPECT_FALSE(operation_of(route).at("responses").as_object().contains("500"));
}

TEST(OpenApi, ABodyThatIsIgnoredMayBeAbsentAndCannotBeWrong) {
    Route route = planted();
    route.body = {"NewUser", "application/json", BodyUse::kIgnored};
    const json::object operation = operation_of(route);
    EXPECT_EQ(operation.at("requestBody").at("required"), false);
    EXPECT_FALSE(operation.at("responses").as_object().contains("400"));
}

}  // namespace karmen::api
