#include "storage/inspect.hpp"

#include "storage/backend.hpp"
#include "storage/tables/api_token_repository.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class InspectTest : public testing::Test {
  protected:
    InspectTest() { Migrator(database_).migrate(); }

    Uuid add_user(const std::string& name, Role role, Timestamp created) {
        const User user{.uuid = Uuid::random(), .username = name, .role = role, .created = created};
        UserRepository(database_).create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
        return user.uuid;
    }
    std::unique_ptr<Database> open() const {
        return std::make_unique<Database>(sqlite_backend(
            {.file = file_, .if_missing = SqliteOptions::IfMissing::kFail, .use = SqliteOptions::Use::kInspect}));
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "karmen.db";
    Database database_{sqlite_backend({.file = file_})};
};

TEST_F(InspectTest, FindsNothingWrongWithASoundDatabaseThatIsInUse) {
    Session writer = database_.lease();
    Transaction transaction(writer);
    writer.execute("INSERT INTO settings (key, val) VALUES ('a', 'b')");
    const auto database = open();
    EXPECT_THAT(Inspector(*database).integrity_problems(5), IsEmpty());
    EXPECT_THAT(Inspector(*database).dangling_references(), IsEmpty());
}

TEST_F(InspectTest, ChangesNothing) {
    const auto database = open();
    EXPECT_THROW(database->lease().execute("DELETE FROM users"), Error);
    std::filesystem::remove(file_);
    EXPECT_THROW(open(), Error);
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(InspectTest, KnowsTheYoungestRowOfAnyTable) {
    const Timestamp noon{1764000000s};
    const auto database = open();
    EXPECT_EQ(Inspector(*database).newest_row(), std::nullopt);
    const Uuid user = add_user("anna", Role::kUser, noon);
    EXPECT_EQ(Inspector(*database).newest_row(), noon);
    ApiTokenRepository(database_).create({Uuid::random(), user, "slicer", noon + 1h, false});
    EXPECT_EQ(Inspector(*database).newest_row(), noon + 1h);
}

TEST_F(InspectTest, CountsRowsThatReferToNothing) {
    database_.lease().run_script("PRAGMA foreign_keys=OFF");
    database_.lease().run_script(
        "INSERT INTO api_tokens VALUES ('a', 'nobody', 'x', '2026-01-01', 0), ('b', 'nobody', 'x', '2026-01-01', 0)");
    EXPECT_THAT(Inspector(*open()).dangling_references(), ElementsAre("api_tokens: 2"));
}

TEST_F(InspectTest, FindsABrokenIndex) {
    const Uuid user = add_user("anna", Role::kUser, Timestamp{1764000000s});
    ApiTokenRepository(database_).create({Uuid::random(), user, "slicer", Timestamp{1764000000s}, false});
    // The index holds something else than its definition says: what a lost write to it amounts to.
    database_.lease().run_script(
        "PRAGMA writable_schema=ON; UPDATE sqlite_master "
        "SET sql = 'CREATE INDEX api_tokens_user_uuid ON api_tokens (name)' WHERE name = 'api_tokens_user_uuid'");
    EXPECT_THAT(Inspector(*open()).integrity_problems(5), testing::Not(IsEmpty()));
}

TEST(PostgresInspectTest, FindsTablesThatItsUserMayNotWrite) {
    const TestSchema schema;
    Database owner(postgres_backend({.url = schema.url()}));
    Migrator(owner).migrate();
    const std::string role = "role_" + random_hex(4);
    owner.lease().run_script("CREATE ROLE " + role + " LOGIN PASSWORD 'pw'; GRANT USAGE ON SCHEMA " + schema.name() +
                             " TO " + role + "; GRANT ALL ON ALL TABLES IN SCHEMA " + schema.name() + " TO " + role +
                             "; GRANT ALL ON ALL SEQUENCES IN SCHEMA " + schema.name() + " TO " + role);
    std::string url = schema.url();
    url.replace(url.find("karmen@"), 6, role + ":pw");
    {
        Database database(postgres_backend({.url = url, .use = PostgresOptions::Use::kInspect}));
        EXPECT_THAT(Inspector(database).tables_without_rights(), IsEmpty());
        EXPECT_THAT(Inspector(database).integrity_problems(5), IsEmpty());
        EXPECT_THAT(Inspector(database).dangling_references(), IsEmpty());
        EXPECT_EQ(Inspector(database).newest_row(), std::nullopt);
        owner.lease().run_script("REVOKE UPDATE ON users FROM " + role + "; REVOKE ALL ON gcodes_id_seq FROM " + role);
        EXPECT_THAT(Inspector(database).tables_without_rights(), ElementsAre("gcodes", "users"));
    }
    owner.lease().run_script("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace karmen::storage
