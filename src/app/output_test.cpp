#include "app/output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::app {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestValue) {
    Table table({"ID", "NAME", "USER"});
    table.add({"1", "d\xC3\xBCse", "anna"});
    table.add({"1000", "x", ""});
    EXPECT_EQ(table.to_text(), "ID    NAME  USER\n1     d\xC3\xBCse  anna\n1000  x\n");
}

TEST(Printable, LeavesNothingThatATerminalObeys) {
    EXPECT_EQ(printable("D\xC3\xBCse 3"), "D\xC3\xBCse 3");
    EXPECT_EQ(printable("a\x1B[2Jb\nc\x7F"), "a?[2Jb?c?");
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "?31m");
    EXPECT_EQ(printable("\x9B"
                        "31m"),
              "\xEF\xBF\xBD"
              "31m");
    EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
    EXPECT_EQ(printable("\u061Ca\u200E\u200Fb\u202A\u202B\u202C\u202D\u202Ec\u2066\u2067\u2068\u2069"),
              "?a??b?????c????");
    EXPECT_EQ(printable("\u200D\u2013\u20AC"), "\u200D\u2013\u20AC");
}

TEST(Printable, KeepsLinesWhereThereAreSome) {
    EXPECT_EQ(printable_lines("a\x1B[2J\nb\u202E"), "a?[2J\nb?");
    EXPECT_EQ(printable_lines(""), "");
}

TEST(HumanSize, HasTheUnitThatFits) {
    EXPECT_EQ(human_size(0), "0 B");
    EXPECT_EQ(human_size(1023), "1023 B");
    EXPECT_EQ(human_size(1536), "1.5 KiB");
    EXPECT_EQ(human_size(std::int64_t{5} << 30), "5.0 GiB");
    EXPECT_EQ(human_size(std::int64_t{5000} << 40), "5000.0 TiB");
}

/// Pages as a repository gives them, of the numbers up to `count`.
auto numbers_up_to(int count, std::vector<std::size_t>& limits) {
    return [count, &limits](const ListQuery& query) {
        limits.push_back(query.limit);
        Page<int> page;
        int n = query.start_with ? std::stoi(*query.start_with) : 0;
        for (; n < count && page.rows.size() < query.limit; ++n) page.rows.push_back(n);
        if (n < count) page.next = std::to_string(n);
        return page;
    };
}

TEST(AllPages, TakesNoMoreThanItShould) {
    std::vector<std::size_t> limits;
    EXPECT_EQ(all_pages({}, 1500, numbers_up_to(5000, limits)).size(), 1500);
    EXPECT_THAT(limits, testing::ElementsAre(1000, 500));
    EXPECT_EQ(all_pages({}, 5000, numbers_up_to(2500, limits)).back(), 2499);
    EXPECT_TRUE(all_pages({}, 10, numbers_up_to(0, limits)).empty());
}

}  // namespace
}  // namespace karmen::app
