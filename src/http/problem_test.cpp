#include "http/problem.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace karmen::http {
namespace {

boost::json::value body_of(const Response& response) {
    return boost::json::parse(std::get<std::string>(response.body));
}

TEST(Problem, CarriesWhatClientsMayReadAndNoMore) {
    const Error error(ErrorCode::kPrinterNotFound, PublicMessage{"There is no \"x\""}, LogDetail{"secret path"});
    const Response response = problem_response(error, "id-1");
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.headers.find("Content-Type"), "application/problem+json");
    EXPECT_EQ(body_of(response), boost::json::parse(R"({"type": "about:blank", "title": "Not Found", "status": 404,
        "detail": "There is no \"x\"", "message": "There is no \"x\"", "code": "printer_not_found",
        "request_id": "id-1"})"));
}

TEST(Problem, ListsBadMembers) {
    const Response response = problem_response(Error::invalid("/name", "must not be empty"), "");
    EXPECT_EQ(response.status, 400U);
    EXPECT_EQ(body_of(response).at("errors"),
              boost::json::parse(R"([{"pointer": "/name", "message": "must not be empty"}])"));
}

TEST(Problem, SaysWhenToComeBackAndHowToAuthenticate) {
    const Response busy =
        problem_response(Error(ErrorCode::kOverloaded, PublicMessage{"busy"}).with_retry_after(7), "");
    EXPECT_EQ(busy.status, 503U);
    EXPECT_EQ(busy.headers.find("Retry-After"), "7");
    const Response down = problem_response(Error(ErrorCode::kStorageUnavailable, PublicMessage{"down"}), "");
    EXPECT_EQ(down.status, 503U);
    EXPECT_EQ(down.headers.find("Retry-After"), "1");
    const Response missing = problem_response(Error(ErrorCode::kMissingToken, PublicMessage{"no token"}), "");
    EXPECT_EQ(missing.status, 401U);
    EXPECT_EQ(missing.headers.find("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(missing.headers.find("Retry-After"), std::nullopt);
}

TEST(Problem, KeepsTheOldBackendsStatusCodes) {
    EXPECT_EQ(status_of(ErrorCode::kInvalidToken), 422U);
    EXPECT_EQ(status_of(ErrorCode::kRoleRequired), 401U);
    EXPECT_EQ(status_of(ErrorCode::kNotOwner), 401U);
    EXPECT_EQ(status_of(ErrorCode::kForbidden), 403U);
    EXPECT_EQ(status_of(ErrorCode::kConflict), 409U);
    EXPECT_EQ(status_of(ErrorCode::kUnsupportedMediaType), 415U);
    EXPECT_EQ(status_of(ErrorCode::kPrinterFailed), 500U);
    EXPECT_EQ(status_of(ErrorCode::kDiskFull), 507U);
    EXPECT_EQ(status_of(ErrorCode::kQuotaExceeded), 507U);
}

}  // namespace
}  // namespace karmen::http
