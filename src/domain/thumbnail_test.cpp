#include "domain/thumbnail.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace karmen {
namespace {

using enum WantedThumbnail::Rule;
using Format = Thumbnail::Format;

Thumbnail picture(unsigned width, unsigned height, std::uint64_t offset, Format format = Format::kPng) {
    return {.width = width, .height = height, .format = format, .offset = offset, .length = 1};
}

const std::vector<Thumbnail> kAll{picture(16, 16, 0, Format::kQoi), picture(220, 124, 1), picture(16, 16, 2),
                                  picture(16, 16, 3, Format::kJpg), picture(124, 220, 4), picture(64, 64, 5)};

/// The offset of the chosen one.
int chosen(const WantedThumbnail& wanted, const std::vector<Thumbnail>& all = kAll) {
    const auto thumbnail = choose_thumbnail(all, wanted);
    return thumbnail ? static_cast<int>(thumbnail->offset) : -1;
}

TEST(ChooseThumbnail, TakesTheLargestAndOfEqualsTheFirst) {
    EXPECT_EQ(chosen({.rule = kLargest}), 1);
    EXPECT_EQ(chosen({.rule = kLargest}, {}), -1);
}

TEST(ChooseThumbnail, TakesTheSmallestThatIsLargeEnough) {
    EXPECT_EQ(chosen({kAtLeast, 1, 1}), 2);
    EXPECT_EQ(chosen({kAtLeast, 16, 16}), 2);
    EXPECT_EQ(chosen({kAtLeast, 17, 17}), 5);
    EXPECT_EQ(chosen({kAtLeast, 64, 64}), 5);
    EXPECT_EQ(chosen({kAtLeast, 65, 65}), 1);
    EXPECT_EQ(chosen({kAtLeast, 124, 124}), 1);
    EXPECT_EQ(chosen({kAtLeast, 125, 125}), 1) << "none is so high and so wide: the largest";
    EXPECT_EQ(chosen({kAtLeast, 100, 100}, {picture(300, 20, 0), picture(20, 300, 1), picture(200, 200, 2)}), 2);
    EXPECT_EQ(chosen({kAtLeast, 1, 1}, {}), -1);
}

TEST(ChooseThumbnail, TakesExactlyTheSize) {
    EXPECT_EQ(chosen({kExactly, 16, 16}), 2) << "QOI is the last choice";
    EXPECT_EQ(chosen({kExactly, 124, 220}), 4);
    EXPECT_EQ(chosen({kExactly, 220, 220}), -1);
    EXPECT_EQ(chosen({kExactly, 16, 16}, {picture(16, 16, 7, Format::kQoi)}), 7);
}

}  // namespace
}  // namespace karmen
