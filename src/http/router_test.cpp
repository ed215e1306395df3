#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace karmen::http {
namespace {

Router example() {
    Router router;
    router.add("GET", "/", 1);
    router.add("GET", "/users", 2);
    router.add("POST", "/users", 3);
    router.add("PATCH", "/users/{uuid}", 4);
    router.add("PATCH", "/users/me", 5);
    router.add("POST", "/users/me/tokens", 6);
    router.add("POST", "/printers/{host}/current-job", 7);
    router.add("GET", "/{a}/x/{b}", 8);
    router.add("GET", "/{a}/{b}/y", 9);
    router.add("GET", "/docs/", 10);
    return router;
}

std::string check(std::string_view method, const std::vector<std::string>& segments) {
    const Router::Result result = example().find(method, segments);
    if (const auto* match = std::get_if<Router::Match>(&result)) {
        std::string text = std::to_string(match->route);
        for (const std::string& value : match->values) text += " " + value;
        return text;
    }
    if (const auto* other = std::get_if<Router::MethodNotAllowed>(&result)) return "405 " + other->allow;
    return "404";
}

TEST(Router, FindsLiteralsAndValues) {
    EXPECT_EQ(check("GET", {}), "1");
    EXPECT_EQ(check("POST", {"users"}), "3");
    EXPECT_EQ(check("PATCH", {"users", "4711"}), "4 4711");
    EXPECT_EQ(check("POST", {"printers", "10.0.0.1:80", "current-job"}), "7 10.0.0.1:80");
}

TEST(Router, ASlashAtTheEndIsAPathOfItsOwn) {
    EXPECT_EQ(check("GET", {"docs", ""}), "10");
    EXPECT_EQ(check("GET", {"docs"}), "404");
    EXPECT_EQ(check("GET", {"users", "me", "tokens", ""}), "404");
}

TEST(Router, PrefersLiteralsFromTheLeft) {
    EXPECT_EQ(check("PATCH", {"users", "me"}), "5");
    EXPECT_EQ(check("GET", {"a", "x", "y"}), "8 a y");
}

TEST(Router, AnswersMethodNotAllowedWithAllow) {
    EXPECT_EQ(check("DELETE", {"users"}), "405 GET, HEAD, OPTIONS, POST");
    EXPECT_EQ(check("GET", {"users", "me"}), "405 OPTIONS, PATCH");
    EXPECT_EQ(check("HEAD", {"users", "me", "tokens"}), "405 OPTIONS, POST");
}

TEST(Router, HeadIsFoundWhereGetIs) {
    EXPECT_EQ(check("HEAD", {"users"}), "2");
}

TEST(Router, UnknownPathsAreNotFound) {
    EXPECT_EQ(check("GET", {"user"}), "404");
    EXPECT_EQ(check("GET", {"users", "me", "tokens", "x"}), "404");
    EXPECT_EQ(example().allowed_methods({"user"}), "");
}

TEST(Router, ATrailingSlashIsAnotherPath) {
    EXPECT_EQ(check("GET", {"users", ""}), "404");
    EXPECT_EQ(check("PATCH", {"users", ""}), "404");
}

TEST(Router, ASlashInsideASegmentMatchesNoLiteral) {
    EXPECT_EQ(check("PATCH", {"users/me"}), "404");
    EXPECT_EQ(check("PATCH", {"users", "a/b"}), "4 a/b");
}

TEST(Router, RefusesTheSameRouteTwice) {
    Router router = example();
    EXPECT_THROW(router.add("PATCH", "/users/{id}", 10), std::logic_error);
}

}  // namespace
}  // namespace karmen::http
