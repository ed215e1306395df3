#include "api/list.hpp"

#include <gtest/gtest.h>

namespace karmen::api {
namespace {

std::size_t limit_of(const std::string& text) {
    http::Request request;
    request.query = {{"limit", text}};
    return parse_list_request(request).query.limit;
}

TEST(ListRequest, LimitIsAtMost1000HoweverLargeItIs) {
    EXPECT_EQ(limit_of("1"), 1U);
    for (const char* text :
         {"1000", "1001", "+1001", "9223372036854775807", "9223372036854775808", "+99999999999999999999"})
        EXPECT_EQ(limit_of(text), kListLimitMax) << text;
}

TEST(ListRequest, LimitThatIsNoneIsTheDefault) {
    for (const char* text : {"", "0", "-1", "-99999999999999999999", "x", "1.5", "+", "99999999999999999999x", "++5"})
        EXPECT_EQ(limit_of(text), kListLimitDefault) << text;
}

}  // namespace
}  // namespace karmen::api
