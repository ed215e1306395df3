#include "storage/tables/session_repository.hpp"

#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Removal = UserRepository::Removal;

constexpr Timestamp kNow{1764000000s};
constexpr std::size_t kMany = 100;

class SessionRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    Uuid add_user(const std::string& name, Role role = Role::kUser) {
        const User user{.uuid = Uuid::random(), .username = name, .role = role};
        users_.create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
        return user.uuid;
    }
    LoginSession session_of(const Uuid& user, std::chrono::seconds age = 0s) {
        return {.id = Uuid::random(),
                .user = user,
                .created = kNow - age,
                .last_used = kNow - age,
                .expires = kNow + 30min,
                .address = "10.0.0.1",
                .agent = "Browser"};
    }
    LoginSession add(const Uuid& user, std::chrono::seconds age = 0s) {
        LoginSession session = session_of(user, age);
        EXPECT_TRUE(sessions_.create(session, 0, kMany));
        return session;
    }

    TestDatabase database_{GetParam()};
    UserRepository users_{*database_};
    SessionRepository sessions_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, SessionRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(SessionRepositoryTest, ListsAUsersSessionsTheLastUsedFirst) {
    const Uuid anna = add_user("anna");
    const LoginSession old = add(anna, 60s);
    const LoginSession young = add(anna);
    add(add_user("bert"));
    EXPECT_THAT(sessions_.list(anna, kNow), ElementsAre(young, old));
    EXPECT_THAT(sessions_.list(anna, kNow + 30min), ElementsAre(young, old)) << "the last token is good in that second";
    EXPECT_THAT(sessions_.list(anna, kNow + 30min + 1s), IsEmpty());
    EXPECT_EQ(sessions_.find(old.id), old);
    EXPECT_EQ(sessions_.find(Uuid::random()), std::nullopt);
}

TEST_P(SessionRepositoryTest, EndsOneOrAllOfOneUser) {
    const Uuid anna = add_user("anna");
    const Uuid bert = add_user("bert");
    const LoginSession first = add(anna);
    const LoginSession berts = add(bert);
    EXPECT_FALSE(sessions_.end(bert, first.id)) << "it is not his";
    EXPECT_TRUE(sessions_.end(anna, first.id));
    EXPECT_FALSE(sessions_.end(anna, first.id));
    add(anna);
    add(anna);
    EXPECT_EQ(sessions_.end_all(anna), 2);
    EXPECT_THAT(sessions_.list(bert, kNow), ElementsAre(berts));
}

TEST_P(SessionRepositoryTest, EndsThoseThatWereNotUsedForLongestBeyondTheLimit) {
    const Uuid anna = add_user("anna");
    const LoginSession oldest = add(anna, 180s);
    const LoginSession old = add(anna, 120s);
    const LoginSession berts = add(add_user("bert"), 600s);
    sessions_.mark_used({{oldest.id, kNow}});
    const LoginSession young = session_of(anna, 60s);
    EXPECT_TRUE(sessions_.create(young, 0, 2));
    EXPECT_EQ(sessions_.find(old.id), std::nullopt);
    EXPECT_TRUE(sessions_.find(oldest.id));
    EXPECT_TRUE(sessions_.find(young.id));
    EXPECT_TRUE(sessions_.find(berts.id));
}

TEST_P(SessionRepositoryTest, MarksUseForwardsOnly) {
    const LoginSession session = add(add_user("anna"));
    sessions_.mark_used({{session.id, kNow + 5min}, {Uuid::random(), kNow}});
    sessions_.mark_used({{session.id, kNow + 1min}});
    EXPECT_EQ(sessions_.find(session.id)->last_used, kNow + 5min);
}

TEST_P(SessionRepositoryTest, RemovesWhatHasExpired) {
    const LoginSession session = add(add_user("anna"));
    EXPECT_EQ(sessions_.remove_expired(session.expires), 0);
    EXPECT_EQ(sessions_.remove_expired(session.expires + 1s), 1);
    EXPECT_EQ(sessions_.find(session.id), std::nullopt);
}

TEST_P(SessionRepositoryTest, BeginsNoneUnderAPasswordThatWasChanged) {
    const Uuid anna = add_user("anna");
    users_.set_password(anna, std::string(60, 'n'), NextLogin::kKeepsPassword);
    EXPECT_FALSE(sessions_.create(session_of(anna), 0, kMany));
    EXPECT_TRUE(sessions_.create(session_of(anna), 1, kMany));
    EXPECT_FALSE(sessions_.create(session_of(Uuid::random()), 0, kMany)) << "there is no such user";
}

TEST_P(SessionRepositoryTest, APasswordChangeKeepsOneSession) {
    const Uuid anna = add_user("anna");
    const LoginSession kept = add(anna);
    add(anna);
    const LoginSession berts = add(add_user("bert"));
    users_.set_password(anna, std::string(60, 'n'), NextLogin::kKeepsPassword, kept.id);
    EXPECT_THAT(sessions_.list(anna, kNow), ElementsAre(kept));
    EXPECT_TRUE(sessions_.find(berts.id));
    users_.set_password(anna, std::string(60, 'o'), NextLogin::kMustChangePassword);
    EXPECT_THAT(sessions_.list(anna, kNow), IsEmpty());
}

TEST_P(SessionRepositoryTest, SuspensionEndsAllForGood) {
    const Uuid anna = add_user("anna");
    add(anna);
    users_.update(anna, {.role = Role::kAdmin});
    EXPECT_EQ(sessions_.list(anna, kNow).size(), 1U);
    users_.update(anna, {.suspended = true});
    users_.update(anna, {.suspended = false});
    EXPECT_THAT(sessions_.list(anna, kNow), IsEmpty());
    EXPECT_EQ(users_.find_with_local(anna)->local->password_generation, 1) << "older tokens name no session";
}

TEST_P(SessionRepositoryTest, AUserWhoIsDeletedTakesThemAlong) {
    const Uuid anna = add_user("anna");
    const LoginSession session = add(anna);
    EXPECT_EQ(users_.remove(anna), Removal::kDone);
    EXPECT_EQ(sessions_.find(session.id), std::nullopt);
    EXPECT_EQ(users_.find(anna), std::nullopt);
    EXPECT_EQ(users_.remove(anna), Removal::kNoSuchUser);
}

TEST_P(SessionRepositoryTest, TheLastAdministratorStays) {
    const Uuid anna = add_user("anna", Role::kAdmin);
    const Uuid suspended = add_user("bert", Role::kAdmin);
    users_.update(suspended, {.suspended = true});
    EXPECT_EQ(users_.remove(anna), Removal::kLastAdministrator);
    EXPECT_TRUE(users_.find(anna));
    EXPECT_EQ(users_.remove(suspended), Removal::kDone);
    add_user("carla", Role::kAdmin);
    EXPECT_EQ(users_.remove(anna), Removal::kDone);
}

TEST_P(SessionRepositoryTest, NamesThatFoldToOneAreOneName) {
    add_user("J\u00dcRGEN");
    for (const char* same : {"J\u00dcRGEN", "j\u00fcrgen", " ju\u0308rgen ", "\uff2a\u00fcrgen"}) {
        try {
            add_user(same);
            ADD_FAILURE() << same;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kConflict);
        }
    }
    EXPECT_TRUE(users_.find_by_username("J\u00dcRGEN"));
    EXPECT_FALSE(users_.find_by_username("j\u00fcrgen")) << "a name is found as it was made";
}

TEST_P(SessionRepositoryTest, OldNamesGetTheirKeyOrKeepTheirName) {
    const auto forget_keys = [&] { (*database_).lease().execute("UPDATE users SET name_key = NULL"); };
    add_user("anna");
    add_user("bert");
    forget_keys();
    add_user("CARLA");
    (*database_).lease().execute("UPDATE users SET username = 'Anna' WHERE username = 'bert'");
    (*database_).lease().execute("UPDATE users SET name_key = NULL");
    add_user("dora");
    users_.fold_names();
    EXPECT_THAT(users_.colliding_names(), ElementsAre(ElementsAre("Anna", "anna")));
    EXPECT_THROW(add_user("carla"), Error);
    EXPECT_THROW(add_user("ANNA"), Error) << "one of the names that collide";
    EXPECT_TRUE(users_.find_by_username("Anna"));
    EXPECT_TRUE(users_.find_by_username("anna"));
}

}  // namespace
}  // namespace karmen::storage
