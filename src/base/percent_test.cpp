#include "base/percent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace karmen {
namespace {

TEST(Percent, EncodesAllButUnreservedCharacters) {
    EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encoded("a b/\xC3\xA9%"), "a%20b%2F%C3%A9%25");
    EXPECT_EQ(percent_encoded("a b/c:", "/:"), "a%20b/c:");
    EXPECT_EQ(percent_encoded(std::string(1, '\0')), "%00");
}

TEST(Percent, ReadsOneEncodedByte) {
    EXPECT_EQ(percent_encoded_byte("%2Fx"), '/');
    EXPECT_EQ(percent_encoded_byte("%fF"), 255);
    EXPECT_EQ(percent_encoded_byte("%00"), 0);
    for (const char* text : {"", "%", "%2", "%2g", "%g2", "2F0", "%%2F"})
        EXPECT_LT(percent_encoded_byte(text), 0) << text;
}

}  // namespace
}  // namespace karmen
