#include "identity/known_accounts.hpp"

#include <gtest/gtest.h>

namespace karmen::identity {
namespace {

using Token = KnownAccounts::Token;

class KnownAccountsTest : public testing::Test {
  protected:
    bool is_known(const Token& of) { return known.find(known.commit(), of) != nullptr; }
    void keep(const Token& of) { known.keep(known.commit(), of, {}); }

    std::optional<std::int64_t> number = 1;
    KnownAccounts known{[this] { return number; }, 2};
    const Token token{.user = Uuid::random(), .session = Uuid::random(), .api_token = {}};
};

TEST_F(KnownAccountsTest, HoldsUntilTheNextCommit) {
    EXPECT_FALSE(is_known(token));
    keep(token);
    EXPECT_TRUE(is_known(token));
    EXPECT_FALSE(is_known({.user = token.user, .session = Uuid::random(), .api_token = {}}));
    EXPECT_FALSE(is_known({.user = token.user, .session = token.session, .api_token = token.session}));
    number = 2;
    EXPECT_FALSE(is_known(token));
    number = 1;
    EXPECT_FALSE(is_known(token)) << "what was dropped stays dropped";
}

TEST_F(KnownAccountsTest, WhatWasReadBeforeACommitIsNotKept) {
    const auto before = known.commit();
    EXPECT_EQ(known.find(before, token), nullptr);
    number = 2;
    EXPECT_FALSE(is_known({}));
    known.keep(before, token, {});
    EXPECT_FALSE(is_known(token));
}

TEST_F(KnownAccountsTest, NothingIsKeptIfTheDatabaseCannotTell) {
    number.reset();
    EXPECT_FALSE(is_known(token));
    keep(token);
    EXPECT_FALSE(is_known(token));
}

TEST_F(KnownAccountsTest, KeepsNoMoreThanTheLimit) {
    EXPECT_FALSE(is_known(token));
    keep(token);
    keep({.user = Uuid::random(), .session = {}, .api_token = {}});
    EXPECT_TRUE(is_known(token));
    keep({.user = Uuid::random(), .session = {}, .api_token = {}});
    EXPECT_FALSE(is_known(token));
}

}  // namespace
}  // namespace karmen::identity
