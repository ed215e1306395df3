#include "storage/parameters.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Untouched {
    const char* name;
    std::string sql;
};

TEST(Parameters, NumbersThemByTheirNames) {
    const NumberedSql sql = to_numbered("UPDATE t SET a = :a, b = :b_2 WHERE a = :old AND (c = :b_2 OR c > :_c1)");
    EXPECT_EQ(sql.text, "UPDATE t SET a = $1, b = $2 WHERE a = $3 AND (c = $2 OR c > $4)");
    EXPECT_THAT(sql.names, ElementsAre("a", "b_2", "old", "_c1"));
}

TEST(Parameters, ReadsThemBesideWhatIsOpaque) {
    EXPECT_EQ(to_numbered(":a::text").text, "$1::text");
    EXPECT_EQ(to_numbered("'x'||:a||'y'").text, "'x'||$1||'y'");
    EXPECT_EQ(to_numbered("/*:x*/:a--:y\n:b").text, "/*:x*/$1--:y\n$2");
    EXPECT_EQ(to_numbered("E'\\'':a").text, "E'\\''$1");
    EXPECT_EQ(to_numbered("E'a''\\'':a").text, "E'a''\\''$1");
    EXPECT_EQ(to_numbered("$$ : $$ || :a").text, "$$ : $$ || $1");
    EXPECT_EQ(to_numbered("LIKE':x':a").text, "LIKE':x'$1") << "the e before a quotation mark is that of a word";
    EXPECT_EQ(to_numbered("a:b").text, "a$1");
    EXPECT_EQ(to_numbered("x[1:2] = :a").text, "x[1:2] = $1");
}

class ParametersTest : public testing::TestWithParam<Untouched> {};
INSTANTIATE_TEST_SUITE_P(, ParametersTest,
                         testing::Values(Untouched{"Cast", "SELECT now()::timestamptz::text"},
                                         Untouched{"Text", "SELECT 'at :x, ''quoted'' :y'"},
                                         Untouched{"Backslash", "SELECT '\\', ':x'"},
                                         Untouched{"EscapedText", "SELECT E'\\':x\\\\'"},
                                         Untouched{"QuotedName", "SELECT \":x\" FROM \"a\"\":b\""},
                                         Untouched{"LineComment", "SELECT 1 -- :x ' :y"},
                                         Untouched{"BlockComment", "SELECT /* :x /* ' */ :y */ 1"},
                                         Untouched{"Dollars", "SELECT $$ :x ' $$, $tag$ :y $$ :z $tag$"},
                                         Untouched{"Assignment", "SELECT f(a := 1)"},
                                         Untouched{"Slice", "SELECT x[1:2]"}, Untouched{"LoneColons", ": :: :1 :"},
                                         Untouched{"OpenText", "SELECT ':x"}, Untouched{"OpenComment", "/* /* :x */"},
                                         Untouched{"OpenDollars", "$a$ :x $b$"}, Untouched{"Nothing", ""}),
                         [](const auto& info) { return info.param.name; });

TEST_P(ParametersTest, IsLeftAsItIs) {
    const NumberedSql sql = to_numbered(GetParam().sql);
    EXPECT_EQ(sql.text, GetParam().sql);
    EXPECT_THAT(sql.names, IsEmpty());
}

std::vector<std::string> texts(const std::vector<Param>& params, const std::vector<std::string>& names) {
    std::vector<std::string> result;
    for (const Param* param : in_order(params, names, "SELECT secret")) result.push_back(param->text());
    return result;
}

ErrorCode refusal(const std::vector<Param>& params, const std::vector<std::string>& names) {
    try {
        in_order(params, names, "SELECT");
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::kOverloaded;
}

TEST(Parameters, AreFoundByTheirNames) {
    EXPECT_THAT(texts({{"b", 2}, {"a", "one"}}, {"a", "b"}), ElementsAre("one", "2"));
    EXPECT_THAT(texts({"alone"}, {"a"}), ElementsAre("alone"));
    EXPECT_THAT(texts({}, {}), IsEmpty());
}

TEST(Parameters, AreAllThereAndNoneIsLeftOver) {
    EXPECT_EQ(refusal({{"a", 1}}, {"a", "b"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({{"a", 1}, {"b", 2}}, {"a"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({{"a", 1}, {"c", 2}}, {"a", "b"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({{"a", 1}, {"a", 2}}, {"a", "b"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({{"b", 1}, 2}, {"a", "b"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({1, 2}, {"a", "b"}), ErrorCode::kInternal) << "bound by their place";
    EXPECT_EQ(refusal({{"b", 1}}, {"a"}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({1}, {}), ErrorCode::kInternal);
    EXPECT_EQ(refusal({}, {"a"}), ErrorCode::kInternal);
}

TEST(Parameters, HaveNoNul) {
    EXPECT_EQ(refusal({{"a", std::string("x\0y", 3)}}, {"a"}), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace karmen::storage
