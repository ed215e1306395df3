#include "http/cors.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

Request request(std::string method, std::vector<std::pair<std::string, std::string>> headers) {
    Request made;
    made.method = std::move(method);
    made.segments = {"users"};
    for (auto& [name, value] : headers) made.headers.add(name, value);
    return made;
}

Router example() {
    Router router;
    router.add("GET", "/users", 0);
    return router;
}

TEST(Cors, AnyOriginIsAnsweredWithAStar) {
    Response response;
    add_cors({}, request("GET", {{"Origin", "https://a.example"}}), response);
    EXPECT_EQ(response.headers.find("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(response.headers.find("Vary"), std::nullopt);
    EXPECT_EQ(response.headers.find("Access-Control-Allow-Credentials"), std::nullopt);
}

TEST(Cors, AListEchoesOnlyItsOwn) {
    const CorsOptions options{{"https://a.example", "https://b.example"}};
    Response allowed;
    add_cors(options, request("GET", {{"Origin", "https://b.example"}}), allowed);
    EXPECT_EQ(allowed.headers.find("Access-Control-Allow-Origin"), "https://b.example");
    EXPECT_EQ(allowed.headers.find("Vary"), "Origin");
    for (const char* stranger : {"https://b.example.evil", "null", "http://b.example"}) {
        Response refused;
        add_cors(options, request("GET", {{"Origin", stranger}}), refused);
        EXPECT_EQ(refused.headers.find("Access-Control-Allow-Origin"), std::nullopt) << stranger;
        EXPECT_EQ(refused.headers.find("Vary"), "Origin");
    }
}

TEST(Options, AnswersPreflight) {
    const auto response = answer_options(request("OPTIONS", {{"Origin", "https://a.example"},
                                                             {"Access-Control-Request-Method", "GET"},
                                                             {"Access-Control-Request-Headers", "authorization, x-a"}}),
                                         example());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204U);
    EXPECT_EQ(response->headers.find("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(response->headers.find("Access-Control-Allow-Methods"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(response->headers.find("Access-Control-Allow-Headers"), "authorization, x-a");
    EXPECT_TRUE(response->headers.find("Access-Control-Max-Age"));
}

TEST(Options, EchoesNoStrangeHeaderList) {
    const auto response = answer_options(request("OPTIONS", {{"Origin", "https://a.example"},
                                                             {"Access-Control-Request-Method", "GET"},
                                                             {"Access-Control-Request-Headers", "a<script>"}}),
                                         example());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->headers.find("Access-Control-Allow-Headers"), std::nullopt);
}

TEST(Options, WithoutOriginSaysOnlyWhatIsAllowed) {
    const auto response = answer_options(request("OPTIONS", {}), example());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204U);
    EXPECT_EQ(response->headers.find("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(response->headers.find("Access-Control-Allow-Methods"), std::nullopt);
}

TEST(Options, UnknownPathsAndOtherMethodsAreNotItsBusiness) {
    Request unknown = request("OPTIONS", {});
    unknown.segments = {"nothing"};
    EXPECT_THROW(answer_options(unknown, example()), Error);
    EXPECT_FALSE(answer_options(request("GET", {}), example()).has_value());
}

}  // namespace
}  // namespace karmen::http
