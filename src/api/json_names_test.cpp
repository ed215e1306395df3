#include "api/json_names.hpp"

#include <gtest/gtest.h>

namespace karmen::api {
namespace {

void check(std::string_view json, std::optional<std::string> expected) {
    EXPECT_EQ(find_repeated_member(json), expected) << json;
}

TEST(FindRepeatedMember, FindsNothingInOtherDocuments) {
    for (const char* json : {"{}", "[]", "5", R"("a")", R"({"a":1,"b":2})", R"({"a":{"a":{"a":1}},"b":{"a":1}})",
                             R"([{"a":1},{"a":1}])", R"({"a":["b","b"],"b":"b"})", R"({"a":"x","A":"x","":1})",
                             R"({"a":"{\"b\":1,\"b\":2}","c":"\\","d":"\\\""})", " [ \"a\" , \"a\" ] "})
        check(json, std::nullopt);
}

TEST(FindRepeatedMember, PointsAtTheMember) {
    check(R"({"a":1,"a":1})", "/a");
    check(R"({"a":1,"b":{"a":2},"a":3})", "/a");
    check(R"({"a":{"b":[1,[2,3],{"c":1,"d":"}","c":2}]}})", "/a/b/2/c");
    check(R"([{"key":1},{"key":1,"key":2}])", "/1/key");
    check(R"({"":1,"":2})", "/");
    check(R"({"a/b~c":1,"a/b~c":2})", "/a~1b~0c");
}

TEST(FindRepeatedMember, ComparesNamesWithoutTheirEscapes) {
    check(R"({"role":1,"r\u006fle":2})", "/role");
    check(R"({"\"":1,"\u0022":2})", "/\"");
    check(R"({"\\":1,"\\\\":2})", std::nullopt);
}

TEST(FindRepeatedMember, DoesNotRepeatLongNames) {
    const std::string name(1000, 'x');
    check("{\"" + name + "\":1,\"" + name + "\":2}", "");
}

}  // namespace
}  // namespace karmen::api
