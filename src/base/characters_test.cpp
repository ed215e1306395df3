#include "base/characters.hpp"

#include <gtest/gtest.h>

#include <string>

namespace karmen {
namespace {

TEST(CharacterLength, IsThatOfUtf8) {
    EXPECT_EQ(character_length("ab"), 1U);
    EXPECT_EQ(character_length("\u00E9b"), 2U);
    EXPECT_EQ(character_length("\u20ACb"), 3U);
    EXPECT_EQ(character_length("\U0001F600b"), 4U);
}

TEST(IsObeyed, ControlsAndWhatTurnsALine) {
    for (const std::string& character :
         {std::string(1, '\0'), std::string("\n"), std::string("\x1B"), std::string("\x7F"), std::string("\u0080"),
          std::string("\u009B"), std::string("\u009F"), std::string("\u061C"), std::string("\u200E"),
          std::string("\u202E"), std::string("\u2066"), std::string("\u2069")})
        EXPECT_TRUE(is_obeyed(character)) << character;
}

TEST(IsObeyed, NothingElse) {
    for (const std::string& character :
         {" ", "a", "~", "\u00A0", "\u00E9", "\u200D", "\u2029", "\u206A", "\u20AC", "\U0001F600"})
        EXPECT_FALSE(is_obeyed(character)) << character;
}

}  // namespace
}  // namespace karmen
