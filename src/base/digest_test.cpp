#include "base/digest.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace karmen {
namespace {

// The examples of FIPS 180-4 for "abc" and the empty message.
TEST(Digest, IsThatOfTheStandard) {
    EXPECT_EQ(sha1_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(sha1_of(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, PiecesMakeTheWhole) {
    constexpr std::string_view kText = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
        Digest digest = Digest::sha256();
        digest.update(kText.substr(0, cut));
        digest.update(kText.substr(cut));
        EXPECT_EQ(digest.finish(), sha256_of(kText)) << cut;
    }
}

}  // namespace
}  // namespace karmen
