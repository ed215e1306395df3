#include "storage/tables/user_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

class UserRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    User add(const std::string& name, Role role = Role::kUser) {
        User user{.uuid = Uuid::random(), .username = name, .role = role};
        user.created = parse_iso8601("2026-11-23T11:23:03.307644+00:00");
        users_.create(user, LocalUser{user.uuid, std::string(60, 'h'), true, 0});
        return user;
    }

    TestDatabase database_{GetParam()};
    UserRepository users_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, UserRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(UserRepositoryTest, FindsWhatItCreated) {
    const User made = add("Karmen \xE6\x97\xA5", Role::kAdmin);
    for (const auto& found : {users_.find(made.uuid), users_.find_by_username(made.username)}) {
        ASSERT_TRUE(found);
        EXPECT_EQ(found->uuid, made.uuid);
        EXPECT_EQ(found->username, made.username);
        EXPECT_EQ(found->role, Role::kAdmin);
        EXPECT_FALSE(found->suspended);
        EXPECT_EQ(found->created, made.created);
        EXPECT_THAT(found->providers, testing::ElementsAre("local"));
    }
    for (const auto& account : {users_.find_with_local(made.uuid), users_.find_with_local_by_username(made.username)}) {
        ASSERT_TRUE(account);
        EXPECT_EQ(account->user.uuid, made.uuid);
        ASSERT_TRUE(account->local);
        EXPECT_EQ(account->local->user, made.uuid);
        EXPECT_EQ(account->local->password_hash, std::string(60, 'h'));
        EXPECT_TRUE(account->local->force_password_change);
        EXPECT_EQ(account->local->password_generation, 0);
    }
    EXPECT_EQ(users_.count(), 1);
}

TEST_P(UserRepositoryTest, CountsWhoMayLogIn) {
    EXPECT_EQ(users_.count_able_to_log_in(Role::kAdmin), 0);
    add("anna");
    add("karmen", Role::kAdmin);
    const User second = add("karl", Role::kAdmin);
    EXPECT_EQ(users_.count_able_to_log_in(Role::kAdmin), 2);
    users_.update(second.uuid, {.suspended = true});
    EXPECT_EQ(users_.count_able_to_log_in(Role::kAdmin), 1);
    users_.update(second.uuid, {.role = Role::kUser, .suspended = false});
    EXPECT_EQ(users_.count_able_to_log_in(Role::kUser), 2);
}

TEST_P(UserRepositoryTest, FindsNobodyElse) {
    add("karmen");
    for (const char* name : {"Karmen", "karmen ", "", "karme", "%", "' OR 1=1 --"}) {
        EXPECT_FALSE(users_.find_by_username(name)) << name;
        EXPECT_FALSE(users_.find_with_local_by_username(name)) << name;
    }
    EXPECT_FALSE(users_.find(Uuid::random()));
    EXPECT_FALSE(users_.find_with_local(Uuid::random()));
}

TEST_P(UserRepositoryTest, RefusesANameThatIsTakenAndKeepsNoHalf) {
    const User first = add("karmen");
    try {
        add("karmen");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kConflict);
    }
    EXPECT_EQ(users_.count(), 1);

    // The second row fails, so the first must go too.
    User other{.uuid = Uuid::random(), .username = "other", .created = first.created};
    EXPECT_THROW(users_.create(other, LocalUser{first.uuid, std::string(60, 'h'), false, 0}), Error);
    EXPECT_FALSE(users_.find_by_username("other"));
}

TEST_P(UserRepositoryTest, ChangesOnlyWhatIsAskedFor) {
    const User made = add("karmen");
    EXPECT_EQ(users_.update(made.uuid, {Role::kAdmin, std::nullopt})->role, Role::kAdmin);
    const auto suspended = users_.update(made.uuid, {std::nullopt, true});
    EXPECT_EQ(suspended->role, Role::kAdmin);
    EXPECT_TRUE(suspended->suspended);
    EXPECT_TRUE(users_.find(made.uuid)->suspended);
    EXPECT_FALSE(users_.update(made.uuid, {Role::kUser, false})->suspended);
    EXPECT_EQ(users_.update(made.uuid, {})->username, "karmen");
    EXPECT_FALSE(users_.update(Uuid::random(), {Role::kAdmin, true}));
}

TEST_P(UserRepositoryTest, CountsThePasswordsOfAUser) {
    const User made = add("karmen");
    const User other = add("other");
    EXPECT_EQ(users_.set_password(made.uuid, std::string(60, 'n'), NextLogin::kKeepsPassword), 1);
    EXPECT_EQ(users_.set_password(made.uuid, std::string(60, 'm'), NextLogin::kMustChangePassword), 2);
    const auto local = users_.find_with_local(made.uuid)->local;
    EXPECT_EQ(local->password_hash, std::string(60, 'm'));
    EXPECT_TRUE(local->force_password_change);
    EXPECT_EQ(local->password_generation, 2);
    EXPECT_EQ(users_.find_with_local(other.uuid)->local->password_generation, 0);
    EXPECT_EQ(users_.set_password(Uuid::random(), std::string(60, 'x'), NextLogin::kKeepsPassword), std::nullopt);
}

TEST_P(UserRepositoryTest, KnowsTheHighestCostOfAPassword) {
    const auto hash = [](const std::string& begin) { return begin + std::string(53, '.'); };
    EXPECT_EQ(users_.highest_password_cost(15), std::nullopt);
    const User made = add("karmen");
    EXPECT_EQ(users_.highest_password_cost(15), std::nullopt) << "no bcrypt hash";
    users_.set_password(made.uuid, hash("$2y$09$"), NextLogin::kKeepsPassword);
    EXPECT_EQ(users_.highest_password_cost(15), 9);
    users_.set_password(add("other").uuid, hash("$2b$12$"), NextLogin::kKeepsPassword);
    EXPECT_EQ(users_.highest_password_cost(15), 12);
    users_.set_password(add("absurd").uuid, hash("$2b$31$"), NextLogin::kKeepsPassword);
    users_.set_password(add("broken").uuid, hash("$2b$xx$"), NextLogin::kKeepsPassword);
    EXPECT_EQ(users_.highest_password_cost(15), 12);
    EXPECT_EQ(users_.highest_password_cost(9), 9);
}

TEST_P(UserRepositoryTest, ReplacesAHashOnlyWhileItIsTheOneThatWasRead) {
    const User made = add("karmen");
    const User other = add("other");
    users_.replace_password_hash(made.uuid, std::string(60, 'h'), std::string(60, 'n'));
    const auto local = users_.find_with_local(made.uuid)->local;
    EXPECT_EQ(local->password_hash, std::string(60, 'n'));
    EXPECT_EQ(local->password_generation, 0);
    EXPECT_TRUE(local->force_password_change);
    EXPECT_EQ(users_.find_with_local(other.uuid)->local->password_hash, std::string(60, 'h'));
    users_.replace_password_hash(made.uuid, std::string(60, 'h'), std::string(60, 'x'));
    EXPECT_EQ(users_.find_with_local(made.uuid)->local->password_hash, std::string(60, 'n'));
}

TEST_P(UserRepositoryTest, ShowsAccountsOfOtherProviders) {
    const User made = add("karmen");
    (*database_).lease().execute("DELETE FROM local_users");
    const auto account = users_.find_with_local(made.uuid);
    ASSERT_TRUE(account);
    EXPECT_FALSE(account->local);
}

}  // namespace
}  // namespace karmen::storage
