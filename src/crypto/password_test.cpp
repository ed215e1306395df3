#include "crypto/password.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::crypto {
namespace {

constexpr int kCost = 4;

TEST(Password, VerifiesWhatItHashed) {
    for (const std::string password : {"a", "karmen3D", "p\xC3\xA4ssword", " blanks ", "\xFF\xFE"}) {
        const std::string hash = hash_password(password, kCost);
        EXPECT_THAT(hash, testing::StartsWith("$2b$04$"));
        EXPECT_EQ(hash.size(), 60U);
        EXPECT_TRUE(verify_password(password, hash));
        EXPECT_FALSE(verify_password(password + "x", hash));
        EXPECT_FALSE(verify_password("", hash));
    }
}

TEST(Password, SaltsEveryHash) {
    EXPECT_NE(hash_password("same", kCost), hash_password("same", kCost));
}

// From the test vectors of the bcrypt authors: the three names mean the same for passwords like these.
TEST(Password, ReadsHashesOfOtherProgramsAndOlderNames) {
    EXPECT_TRUE(verify_password("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_TRUE(verify_password("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_TRUE(verify_password("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_FALSE(verify_password("U*V", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
}

TEST(Password, CountsOnlyTheFirst72Bytes) {
    const std::string base(72, 'x');
    const std::string hash = hash_password(base + "ignored", kCost);
    EXPECT_TRUE(verify_password(base, hash));
    EXPECT_TRUE(verify_password(base + std::string(5000, 'y'), hash));
    EXPECT_FALSE(verify_password(base.substr(1), hash));
}

TEST(Password, RefusesNul) {
    const std::string_view password("ab\0cd", 5);
    EXPECT_THROW(hash_password(password, kCost), Error);
    EXPECT_FALSE(verify_password(password, hash_password("ab", kCost)));
}

TEST(Password, AnswersFalseToWhatIsNoBcryptHash) {
    const std::string good = hash_password("a", kCost);
    for (const std::string& hash :
         {std::string(), std::string("a"), std::string("*0"), good.substr(0, 59), good + "x", "$1$" + good.substr(3),
          "$2x$" + good.substr(4), "$2b$99" + good.substr(6), std::string("$2b$04$") + std::string(53, '!')})
        EXPECT_FALSE(verify_password("a", hash)) << hash;
}

TEST(Password, RefusesACostThatBcryptDoesNotKnow) {
    EXPECT_THROW(hash_password("a", 3), Error);
    EXPECT_THROW(hash_password("a", 32), Error);
}

}  // namespace
}  // namespace karmen::crypto
