#include "base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(Text, SplitsAndTrims) {
    EXPECT_THAT(split("a,,b", ','), testing::ElementsAre("a", "", "b"));
    EXPECT_THAT(split("", ','), testing::ElementsAre(""));
    EXPECT_EQ(trim(" \ta b\t "), "a b");
    EXPECT_EQ(trim(" \t"), "");
}

TEST(Text, ReadsWholeNumbersOnly) {
    EXPECT_EQ(parse_int("-42"), -42);
    for (const char* text : {"", " 1", "1 ", "+1", "1.5", "0x1", "9223372036854775808", "abc"})
        EXPECT_EQ(parse_int(text), std::nullopt) << text;
}

TEST(Text, KnowsWellFormedUtf8) {
    for (const char* text : {"", "abc", "\xC3\xA9", "\xE6\x97\xA5", "\xF0\x9F\x96\xA8"}) {
        EXPECT_TRUE(is_valid_utf8(text)) << text;
        EXPECT_EQ(to_valid_utf8(text), text);
    }
    for (const char* text : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "a\xC3"})
        EXPECT_FALSE(is_valid_utf8(text)) << testing::PrintToString(text);
    EXPECT_EQ(to_valid_utf8("a\xC3(\xFF"), "a\xEF\xBF\xBD(\xEF\xBF\xBD");
}

TEST(Text, ComparesWithoutLetterCase) {
    EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-TYPE"));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
    EXPECT_TRUE(starts_with_ignoring_case("OctoPrint 1.8", "octoprint"));
    EXPECT_FALSE(starts_with_ignoring_case("Octo", "octoprint"));
}

}  // namespace
}  // namespace karmen
