#include "base/display.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

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

}  // namespace
}  // namespace karmen
