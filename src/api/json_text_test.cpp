#include "api/json_text.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace karmen::api {
namespace {

void check_same(const char* json) {
    EXPECT_EQ(to_text(boost::json::parse(json)), json);
}

TEST(JsonText, WritesWhatItReads) {
    check_same(R"({"a":21.3,"b":[1,-2.5,null,true,"x\n\"ö"],"c":{},"d":[]})");
    check_same(R"([{},{"":0},[[]]])");
    check_same("18446744073709551615");
    check_same("0.1");
}

TEST(JsonText, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(to_text(21.3), "21.3");
    EXPECT_EQ(to_text(213.68), "213.68");
    EXPECT_EQ(to_text(12.56837891927952), "12.56837891927952");
    EXPECT_EQ(boost::json::parse(to_text(1e300)).get_double(), 1e300);
}

}  // namespace
}  // namespace karmen::api
