#include "fake/json_text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace karmen::fake {
namespace {

namespace json = boost::json;

TEST(JsonText, IsWrittenAsPythonDoes) {
    const json::value value{{"b", 100.0}, {"a", {1, 21.3, nullptr, true}}, {"c", json::object()}, {"d", json::array()}};
    EXPECT_EQ(to_json_text(value, JsonLayout::kCompact), "{\"a\":[1,21.3,null,true],\"b\":100.0,\"c\":{},\"d\":[]}\n");
    EXPECT_EQ(
        to_json_text(value, JsonLayout::kPretty),
        "{\n  \"a\": [\n    1,\n    21.3,\n    null,\n    true\n  ],\n  \"b\": 100.0,\n  \"c\": {},\n  \"d\": []\n}\n");
}

TEST(JsonText, KeepsAllDigitsOfAFloat) {
    EXPECT_EQ(to_json_text(12.56837891927952, JsonLayout::kCompact), "12.56837891927952\n");
    EXPECT_EQ(to_json_text(0.0, JsonLayout::kCompact), "0.0\n");
    EXPECT_EQ(to_json_text(1e20, JsonLayout::kCompact), "1e+20\n");
}

TEST(JsonText, EscapesWhatIsNotAscii) {
    EXPECT_EQ(to_json_text(json::string("a\"\n\xc5\xbd\xf0\x9f\x90\x8e"), JsonLayout::kCompact),
              "\"a\\\"\\n\\u017d\\ud83d\\udc0e\"\n");
}

}  // namespace
}  // namespace karmen::fake
