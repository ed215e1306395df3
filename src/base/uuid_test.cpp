#include "base/uuid.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(Uuid, ReadsEitherCaseAsTheSame) {
    const auto lower = Uuid::parse("123e4567-e89b-42d3-a456-426614174000");
    const auto upper = Uuid::parse("123E4567-E89B-42D3-A456-426614174000");
    ASSERT_TRUE(lower && upper);
    EXPECT_EQ(*lower, *upper);
    EXPECT_EQ(upper->to_string(), "123e4567-e89b-42d3-a456-426614174000");
    EXPECT_EQ(Uuid::parse("123e4567e89b42d3a456426614174000"), lower);
}

TEST(Uuid, RefusesWhatCannotBeOne) {
    for (const char* text : {"", "123e4567-e89b-42d3-a456-42661417400", "123e4567-e89b-42d3-a456-42661417400g",
                             "123e4567ee89b-42d3-a456-426614174000", "{123e4567-e89b-42d3-a456-4266141740}"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, MakesVersionFour) {
    const std::string text = Uuid::random().to_string();
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
    EXPECT_NE(Uuid::random(), Uuid::random());
}

}  // namespace
}  // namespace karmen
