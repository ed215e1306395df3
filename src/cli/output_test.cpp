#include "cli/output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestValue) {
    Table table({"ID", "NAME", "USER"});
    table.add({"1", "d\xC3\xBCse", "anna"});
    table.add({"1000", "x", ""});
    EXPECT_EQ(table.to_text(), "ID    NAME  USER\n1     d\xC3\xBCse  anna\n1000  x\n");
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
}  // namespace karmen::cli
