#include "storage/tables/api_token_repository.hpp"

#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

class ApiTokenRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    Uuid add_user(const std::string& name) {
        const User user{.uuid = Uuid::random(), .username = name};
        UserRepository(*database_).create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
        return user.uuid;
    }
    ApiToken add(const Uuid& user, const std::string& name, std::chrono::seconds age) {
        const ApiToken token{Uuid::random(), user, name, Timestamp{1764000000s - age}, false};
        tokens_.create(token);
        return token;
    }

    TestDatabase database_{GetParam()};
    ApiTokenRepository tokens_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, ApiTokenRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(ApiTokenRepositoryTest, ListsAUsersTokensUntilTheyAreRevoked) {
    const Uuid user = add_user("karmen");
    const Uuid other = add_user("other");
    const ApiToken young = add(user, "slicer", 0s);
    const ApiToken old = add(user, "slicer", 60s);
    const ApiToken foreign = add(other, "script", 30s);
    EXPECT_THAT(tokens_.list(user), testing::ElementsAre(old, young));
    EXPECT_THAT(tokens_.list(other), testing::ElementsAre(foreign));

    EXPECT_TRUE(tokens_.revoke(old.jti));
    EXPECT_FALSE(tokens_.revoke(old.jti)) << "it was revoked before";
    EXPECT_FALSE(tokens_.revoke(Uuid::random()));
    EXPECT_THAT(tokens_.list(user), testing::ElementsAre(young));
    EXPECT_TRUE(tokens_.find(old.jti)->revoked);
    EXPECT_EQ(tokens_.find(young.jti), young);
    EXPECT_EQ(tokens_.find(Uuid::random()), std::nullopt);
}

TEST_P(ApiTokenRepositoryTest, ListsEverybodysTokensWithTheirUsers) {
    const Uuid bert = add_user("bert");
    const Uuid anna = add_user("anna");
    const ApiToken berts = add(bert, "script", 90s);
    ApiToken young = add(anna, "slicer", 0s);
    const ApiToken old = add(anna, "slicer", 60s);
    tokens_.revoke(young.jti);
    young.revoked = true;
    using testing::ElementsAre;
    EXPECT_THAT(tokens_.list_with_users(std::nullopt),
                ElementsAre(OwnedApiToken{old, "anna"}, OwnedApiToken{young, "anna"}, OwnedApiToken{berts, "bert"}));
    EXPECT_THAT(tokens_.list_with_users(bert), ElementsAre(OwnedApiToken{berts, "bert"}));
    EXPECT_THAT(tokens_.list_with_users(Uuid::random()), ElementsAre());
}

TEST_P(ApiTokenRepositoryTest, RefusesTheSameTokenTwiceAndTokensOfNobody) {
    const ApiToken token = add(add_user("karmen"), "slicer", 0s);
    EXPECT_THROW(tokens_.create(token), Error);
    EXPECT_THROW(add(Uuid::random(), "nobody's", 0s), Error);
}

}  // namespace
}  // namespace karmen::storage
