#include "crypto/password.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <crypt.h>

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

TEST(Password, KnowsTheCostOfAHash) {
    for (const char* begin : {"$2a$", "$2b$", "$2y$"})
        EXPECT_EQ(cost_of(std::string(begin) + "09$" + std::string(53, '.')), 9) << begin;
    EXPECT_EQ(cost_of(hash_of_nobody(4)), 4);
    EXPECT_EQ(cost_of(hash_of_nobody(12)), 12);
    for (const char* begin : {"$2x$09$", "$2b$03$", "$2b$32$", "$2b$-4$", "$2b$1a$", "$2b$123"})
        EXPECT_EQ(cost_of(begin + std::string(53, '.')), std::nullopt) << begin;
    EXPECT_EQ(cost_of(""), std::nullopt);
    EXPECT_EQ(cost_of("$2b$12$"), std::nullopt);
}

TEST(Password, NobodysHashIsRefusedAfterTheWholeWork) {
    EXPECT_FALSE(verify_password("", hash_of_nobody(kCost)));
    // What libcrypt does not take for a setting it refuses without work, with a text that begins with a star.
    crypt_data work{};
    EXPECT_EQ(std::string(crypt_rn("a", hash_of_nobody(kCost).c_str(), &work, sizeof work)).substr(0, 7), "$2b$04$");
}

TEST(Password, RefusesACostThatBcryptDoesNotKnow) {
    EXPECT_THROW(hash_password("a", 3), Error);
    EXPECT_THROW(hash_password("a", 32), Error);
}

}  // namespace
}  // namespace karmen::crypto
