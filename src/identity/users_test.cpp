#include "identity/users.hpp"

#include "base/error.hpp"
#include "crypto/password.hpp"
#include "storage/test_bench.hpp"

namespace karmen::identity {
namespace {

class UsersTest : public storage::ServiceTest {
  public:
    storage::Account stored(const std::string& username) {
        return repository.find_with_local_by_username(username).value();
    }
    bool has_password(const std::string& username, const std::string& password) {
        return crypto::verify_password(password, stored(username).local.value().password_hash);
    }

    storage::UserRepository repository{*database};
    Users users{repository, clock, lists, blocking, cpu, storage::kTestBcryptCost};
};

TEST_F(UsersTest, CreateStoresAnAccountWhosePasswordMustBeChanged) {
    const User created = run(users.create({.username = "ann", .password = "secret", .role = Role::kAdmin}));
    const storage::Account account = stored("ann");
    EXPECT_EQ(account.user.uuid, created.uuid);
    EXPECT_EQ(account.user.role, Role::kAdmin);
    EXPECT_FALSE(account.user.suspended);
    EXPECT_EQ(account.user.created, clock.now());
    EXPECT_TRUE(account.local.value().force_password_change);
    EXPECT_TRUE(has_password("ann", "secret"));
    EXPECT_FALSE(has_password("ann", "Secret"));
}

TEST_F(UsersTest, ATakenNameIsAConflictAndChangesNothing) {
    const User ann = run(users.create({.username = "ann", .password = "first"}));
    EXPECT_EQ(error_of(users.create({.username = "ann", .password = "second", .role = Role::kAdmin})),
              ErrorCode::kConflict);
    EXPECT_EQ(stored("ann").user.uuid, ann.uuid);
    EXPECT_TRUE(has_password("ann", "first"));
    EXPECT_EQ(error_of(users.create({.username = "Ann", .password = "second"})), ErrorCode::kConflict)
        << "it looks the same";
}

TEST_F(UsersTest, RefusesNamesThatAreNone) {
    const auto refuses = [&](const std::string& username) {
        return error_of(users.create({.username = username, .password = "secret"})) == ErrorCode::kInvalidInput;
    };
    EXPECT_TRUE(refuses(""));
    EXPECT_TRUE(refuses("a\nb"));
    EXPECT_TRUE(refuses("a\x7f"));
    EXPECT_TRUE(refuses(std::string("a\0b", 3)));
    EXPECT_TRUE(refuses("\xc3"));
    for (const char* blank : {" ", "   ", "\u00A0", "\u3000 ", "\u2003", "\u200B", "\u2060", "\uFEFF"})
        EXPECT_TRUE(refuses(blank)) << testing::PrintToString(blank);
    for (const char* control : {"\u0085", "\u009F", "\u202A", "\u202E", "\u2066", "\u2069"})
        EXPECT_TRUE(refuses(std::string("ann") + control)) << testing::PrintToString(control);
    EXPECT_TRUE(refuses(std::string("\xC2\x80", 2) + "ann"));
    EXPECT_TRUE(refuses(std::string(kUsernameMaxCharacters + 1, 'a')));
    EXPECT_EQ(repository.count(), 0);
    for (const char* seen : {" ann ", "\u00A0ann", "\u00A1", "\u2065\u202Fx", "a\u200Db"})
        EXPECT_FALSE(refuses(seen)) << testing::PrintToString(seen);
    std::string longest;
    for (std::size_t i = 0; i < kUsernameMaxCharacters; ++i) longest += "ě";
    EXPECT_FALSE(refuses(longest)) << "characters count, not bytes";
}

TEST_F(UsersTest, RefusesPasswordsThatAreNone) {
    const auto refuses = [&](const std::string& password) {
        return error_of(users.create({.username = "ann", .password = password})) == ErrorCode::kInvalidInput;
    };
    EXPECT_TRUE(refuses(""));
    EXPECT_TRUE(refuses(std::string("a\0b", 3)));
    EXPECT_TRUE(refuses(std::string(73, 'a')));
    EXPECT_TRUE(refuses(std::string(71, 'a') + "é")) << "bytes count, not characters";
    EXPECT_EQ(repository.count(), 0);
    EXPECT_FALSE(refuses(std::string(72, 'a')));
}

TEST_F(UsersTest, FindsAndListsWhoIsThere) {
    run(users.create({.username = "ann", .password = "secret"}));
    run(users.create({.username = "bob", .password = "secret"}));
    EXPECT_EQ(run(users.find_by_username("bob")).username, "bob");
    EXPECT_EQ(error_of(users.find_by_username("eve")), ErrorCode::kUserNotFound);
    EXPECT_EQ(run(users.list({})).rows.size(), 2U);
}

TEST_F(UsersTest, ChangesOnlyWhatIsAsked) {
    const User ann = run(users.create({.username = "ann", .password = "secret", .role = Role::kAdmin}));
    EXPECT_TRUE(run(users.change(ann.uuid, {.role = std::nullopt, .suspended = true})).suspended);
    const User changed = run(users.change(ann.uuid, {.role = Role::kUser, .suspended = std::nullopt}));
    EXPECT_EQ(changed.role, Role::kUser);
    EXPECT_TRUE(changed.suspended);
    EXPECT_EQ(error_of(users.change(Uuid::random(), {.role = Role::kUser, .suspended = std::nullopt})),
              ErrorCode::kUserNotFound);
}

TEST_F(UsersTest, APasswordSetBySomebodyElseMustBeChangedAndEndsTokens) {
    const User ann = run(users.create({.username = "ann", .password = "secret"}));
    repository.set_password(ann.uuid, "her own", storage::NextLogin::kKeepsPassword);
    const std::int64_t before = stored("ann").local.value().password_generation;
    run(users.set_password("ann", "reset"));
    EXPECT_TRUE(has_password("ann", "reset"));
    EXPECT_TRUE(stored("ann").local.value().force_password_change);
    EXPECT_GT(stored("ann").local.value().password_generation, before);
}

TEST_F(UsersTest, SetPasswordRefusesStrangersAndBadPasswords) {
    run(users.create({.username = "ann", .password = "secret"}));
    EXPECT_EQ(error_of(users.set_password("eve", "reset")), ErrorCode::kUserNotFound);
    EXPECT_EQ(error_of(users.set_password("ann", "")), ErrorCode::kInvalidInput);
    EXPECT_TRUE(has_password("ann", "secret"));
    (*database).lease().execute("DELETE FROM local_users");
    EXPECT_EQ(error_of(users.set_password("ann", "reset")), ErrorCode::kUserNotFound) << "there is none to change";
}

TEST_F(UsersTest, TheFirstAdministratorIsMadeOnce) {
    const auto first = run(users.ensure_administrator("admin", "given"));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->password, "given");
    EXPECT_EQ(stored("admin").user.role, Role::kAdmin);
    EXPECT_TRUE(has_password("admin", "given"));
    EXPECT_FALSE(run(users.ensure_administrator("admin", "other")));
    EXPECT_FALSE(run(users.ensure_administrator("another", "other")));
    EXPECT_EQ(repository.count(), 1);
    EXPECT_TRUE(has_password("admin", "given"));
}

TEST_F(UsersTest, WhereAnybodyIsThereNoAdministratorIsMade) {
    run(users.create({.username = "ann", .password = "secret"}));
    EXPECT_FALSE(run(users.ensure_administrator("admin", "")));
    EXPECT_EQ(repository.count(), 1);
}

TEST_F(UsersTest, AnAdministratorWithoutAGivenPasswordGetsARandomOne) {
    const auto made = run(users.ensure_administrator("admin", ""));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->password.size(), 16U);
    EXPECT_TRUE(has_password("admin", made->password));
}

}  // namespace
}  // namespace karmen::identity
