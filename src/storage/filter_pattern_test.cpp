#include "storage/filter_pattern.hpp"

#include "base/error.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

/// What a pattern means is the same in both databases.
class FilterTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    void add(const std::string& name) {
        Gcode gcode;
        gcode.filename = gcode.display = name;
        gcode.absolute_path = std::to_string(++made_);
        gcodes_.insert(gcode);
    }
    bool finds(const std::string& pattern) {
        return !gcodes_.list({.filter = ListQuery::Filter{"display", pattern}}).rows.empty();
    }
    std::string refusal(const std::string& pattern) {
        try {
            finds(pattern);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kInvalidInput) << pattern;
            return error.fields().at(0).pointer;
        }
        return "";
    }

    TestDatabase database_{GetParam()};
    GcodeRepository gcodes_{*database_};
    int made_ = 0;
};
INSTANTIATE_TEST_SUITE_P(, FilterTest, kDatabaseKinds, database_kind_name);

TEST_P(FilterTest, FindsTheSameInBothDatabases) {
    add("big benchy.gcode {2 {");
    for (const char* pattern : {R"(\bbenchy\b)",
                                R"(^BIG)",
                                R"(\{\z)",
                                R"(b[aeiou]g)",
                                R"(\.gcode )",
                                R"(big\sb)",
                                R"(\Big)",
                                "",
                                R"(n{1,2}ch)",
                                R"((x|big) )",
                                R"([\w]+ [^ ]+)",
                                "{2",
                                "{$",
                                "e{1,2}",
                                R"([{])",
                                R"(\\|big)",
                                R"(\x62ig)",
                                R"(\x{62}ig)",
                                R"(\x62\x69g)",
                                "(?:big)+?",
                                "[[:alpha:]]{3} ",
                                "^[^]]*$",
                                "[]g] b",
                                R"([\s\d] ?\{$)",
                                "a|",
                                "()*big",
                                R"(\Abig)",
                                "[x[]|big",
                                R"([\]g] b)",
                                "[[:digit:]] "})
        EXPECT_TRUE(finds(pattern)) << pattern;
    for (const char* pattern :
         {R"(\bench)", R"(\Bbenchy)", "^benchy", R"(\x620)", "[[:digit:]]{2}", R"([^\w\s.{]+b)", "big$"})
        EXPECT_FALSE(finds(pattern)) << pattern;
}

TEST_P(FilterTest, ClassesAreOfAsciiAndADotIsNoEndOfALine) {
    add("\xC3\xA4\xD9\xA3\xC2\xA0");  // ä, an Arabic digit, a blank of another width
    for (const char* pattern : {R"(\w)", R"(\d)", R"(\s)", R"([\w\d\s])", "[[:alpha:]]"})
        EXPECT_FALSE(finds(pattern)) << pattern;
    for (const char* pattern : {R"(^\W\D\S$)", R"(^...$)", "^\xC3\x84"}) EXPECT_TRUE(finds(pattern)) << pattern;
    add("two\nlines");
    EXPECT_FALSE(finds("two.lines"));
    EXPECT_FALSE(finds("^two$"));
    EXPECT_TRUE(finds("two[^x]lines"));
    EXPECT_TRUE(finds(R"(two\nlines$)"));
}

TEST_P(FilterTest, RefusesWhatOneOfBothDoesNotKnow) {
    add("x");
    for (const char* pattern :
         {R"(\pL)", R"(\PN)", "a{300}", "a{2,256}", R"(\Qa.b\E)", "(?P<name>x)", "(?i)x", "(?s:.)", R"(\C)", "^*x",
          R"(\b+x)", "${2}", "[[:word:]]", "[[:^alpha:]]", R"([\D])", R"(\0)"})
        EXPECT_EQ(refusal(pattern), "/filter") << pattern;
    for (const char* pattern : {"a{255}", "^{x", "(^)x"}) EXPECT_EQ(refusal(pattern), "") << pattern;
}

}  // namespace
}  // namespace karmen::storage
