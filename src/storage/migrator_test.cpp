#include "storage/migrator.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace karmen::storage {
namespace {

constexpr std::array<Migration, 2> kTwo{{{10, "first", "CREATE TABLE a (x {{uuid}}); CREATE TABLE b (x varchar);"},
                                         {11, "second", "INSERT INTO b VALUES ('once; only')"}}};

class MigratorTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    static std::vector<int> versions(const std::vector<Migration>& migrations) {
        std::vector<int> result;
        for (const Migration& migration : migrations) result.push_back(migration.version);
        return result;
    }
    std::vector<std::int64_t> recorded() {
        return (*database_).lease().all(select({"version"}, "FROM schema_version ORDER BY version"), {}, [](Row& row) {
            return row.integer();
        });
    }
    bool has_table(const std::string& name) {
        Session session = (*database_).lease();
        return session
            .one({std::string(session.dialect().find_table()), 1}, {name}, [](Row& row) { return row.text(); })
            .has_value();
    }
    Error refusal(std::span<const Migration> migrations) {
        try {
            Migrator(*database_, migrations).migrate();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "it was not refused";
        return {ErrorCode::kInternal, PublicMessage{}};
    }

    EmptyTestDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, MigratorTest, kDatabaseKinds, database_kind_name);

TEST_P(MigratorTest, AppliesWhatIsMissingOnce) {
    Migrator first(*database_, std::span(kTwo).first(1));
    EXPECT_THAT(versions(first.migrate()), testing::ElementsAre(10));
    EXPECT_THAT(versions(first.migrate()), testing::IsEmpty());

    Migrator both(*database_, kTwo);
    EXPECT_THAT(versions(both.pending()), testing::ElementsAre(11));
    EXPECT_THAT(versions(both.migrate()), testing::ElementsAre(11));
    EXPECT_THAT(versions(both.migrate()), testing::IsEmpty());
    EXPECT_THAT(recorded(), testing::ElementsAre(10, 11));
    EXPECT_EQ((*database_).lease().one(select({"x"}, "FROM b"), {}, [](Row& row) { return row.text(); }), "once; only");
}

TEST_P(MigratorTest, ShowsWhatItWouldDoWithoutDoingIt) {
    EXPECT_THAT(versions(Migrator(*database_, kTwo).pending()), testing::ElementsAre(10, 11));
    EXPECT_FALSE(has_table("schema_version"));
    EXPECT_FALSE(has_table("a"));
}

TEST(Migration, TellsItsStepsInWords) {
    EXPECT_THAT(steps_of({10, "x", "-- Why.\n-- * first\nCREATE TABLE a ();\n-- * second: b\n"}),
                testing::ElementsAre("first", "second: b"));
    EXPECT_THAT(steps_of({10, "x", "CREATE TABLE a ();"}), testing::IsEmpty());
}

TEST_P(MigratorTest, RefusesADatabaseThatIsNewerThanTheProgram) {
    Migrator(*database_, kTwo).migrate();
    const Error error = refusal(std::span(kTwo).first(1));
    EXPECT_EQ(error.code(), ErrorCode::kConflict);
    EXPECT_THAT(error.message(), testing::AllOf(testing::HasSubstr("version 11"), testing::HasSubstr("newer"),
                                                testing::HasSubstr("up to version 10")));
    EXPECT_THROW(Migrator(*database_, std::span(kTwo).first(1)).pending(), Error);
}

TEST_P(MigratorTest, RefusesADatabaseOfAnotherLineage) {
    Migrator(*database_, kTwo).migrate();
    (*database_).lease().execute("UPDATE schema_version SET version = 9 WHERE version = 10");
    EXPECT_THAT(refusal(kTwo).message(), testing::HasSubstr("version 9, which is not one"));
}

TEST_P(MigratorTest, RefusesAVersionThatAnotherProgramMade) {
    Migrator(*database_, std::span(kTwo).first(1)).migrate();
    (*database_).lease().execute("UPDATE schema_version SET description = 'json to jsonb'");
    EXPECT_THAT(refusal(kTwo).message(),
                testing::AllOf(testing::HasSubstr("version 10 (json to jsonb)"),
                               testing::HasSubstr("a version of Karmen that this program does not know")));
    EXPECT_THAT(recorded(), testing::ElementsAre(10));
    (*database_).lease().execute("ALTER TABLE schema_version DROP COLUMN description");
    EXPECT_THAT(refusal(kTwo).message(), testing::HasSubstr("does not know"));
}

TEST_P(MigratorTest, RefusesTablesBesideAnEmptyTableOfVersions) {
    Migrator(*database_).migrate();
    (*database_).lease().execute("DELETE FROM schema_version");
    try {
        Migrator(*database_).migrate();
        ADD_FAILURE() << "it was not refused";
    } catch (const Error& error) {
        EXPECT_THAT(error.message(), testing::HasSubstr("nothing in table schema_version"));
    }
}

TEST_P(MigratorTest, KeepsNothingOfAMigrationThatFails) {
    const std::array<Migration, 2> broken{
        {{10, "good", "CREATE TABLE a (x integer)"},
         {11, "broken", "CREATE TABLE b (x integer); INSERT INTO nowhere VALUES (1)"}}};
    EXPECT_THAT(refusal(broken).message(), testing::HasSubstr("Migration 11 (broken) failed"));
    EXPECT_THAT(recorded(), testing::ElementsAre(10));
    EXPECT_TRUE(has_table("a"));
    EXPECT_FALSE(has_table("b"));

    const std::array<Migration, 2> unknown_type{{broken[0], {11, "typo", "CREATE TABLE b (x {{uiud}})"}}};
    EXPECT_EQ(refusal(unknown_type).code(), ErrorCode::kInternal);
    EXPECT_THAT(recorded(), testing::ElementsAre(10));
}

TEST_P(MigratorTest, LetsOneOfManyThreadsDoTheWork) {
    std::atomic<int> applied = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 10; ++i)
            threads.emplace_back([&] {
                const auto own = database_.connect();
                applied += static_cast<int>(Migrator(*own, kTwo).migrate().size());
            });
    }
    EXPECT_EQ(applied, 2);
    EXPECT_THAT(recorded(), testing::ElementsAre(10, 11));
}

TEST_P(MigratorTest, LetsOneOfManyProcessesDoTheWork) {
    std::vector<pid_t> children;
    for (int i = 0; i < 10; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            int status = 100;
            try {
                status = static_cast<int>(Migrator(*database_.connect(), kTwo).migrate().size());
            } catch (const std::exception& error) {
                ::dprintf(STDERR_FILENO, "%s\n", error.what());
            }
            ::_exit(status);
        }
        children.push_back(child);
    }
    int applied = 0;
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        applied += WEXITSTATUS(status);
    }
    EXPECT_EQ(applied, 2);
    EXPECT_THAT(recorded(), testing::ElementsAre(10, 11));
}

TEST_P(MigratorTest, HoldsTheSchemaOfTheProgram) {
    const auto embedded = embedded_migrations();
    ASSERT_FALSE(embedded.empty());
    EXPECT_EQ(embedded.front().version, 10);
    for (std::size_t i = 1; i < embedded.size(); ++i) EXPECT_LT(embedded[i - 1].version, embedded[i].version);
    Migrator(*database_).migrate();
    for (const char* table : {"users", "local_users", "api_tokens", "gcodes", "printjobs", "printers", "settings"})
        EXPECT_TRUE(has_table(table)) << table;
}

}  // namespace
}  // namespace karmen::storage
