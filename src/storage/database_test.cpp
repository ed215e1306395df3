#include "storage/database.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

class DatabaseTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    DatabaseTest() {
        Session session = (*database_).lease();
        session.run_script(
            "CREATE TABLE things (id integer PRIMARY KEY, name varchar UNIQUE, size bigint, good boolean, "
            "made " +
            session.dialect().expand("{{timestamptz}}") + ")");
    }

    std::int64_t count(Database& database) {
        return database.lease().only(select({"COUNT(*)"}, "FROM things"), {}, [](Row& row) { return row.integer(); });
    }
    static void insert(Session& session, std::int64_t id, const std::string& name) {
        session.execute("INSERT INTO things (id, name) VALUES (:id, :name)", {{"id", id}, {"name", name}});
    }

    EmptyTestDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, DatabaseTest, kDatabaseKinds, database_kind_name);

TEST_P(DatabaseTest, KeepsEveryType) {
    Session session = (*database_).lease();
    const std::string name = "quote ' \" \xE6\x97\xA5 \n end";
    const Timestamp made = parse_iso8601("2026-11-23T11:23:03.307644+00:00");
    session.execute("INSERT INTO things (id, name, size, good, made) VALUES (:id, :name, :size, :good, :made)",
                    {{"id", 1}, {"name", name}, {"size", 9'000'000'000'000'000'000}, {"good", true}, {"made", made}});
    session.execute("INSERT INTO things (id, name) VALUES (:id, :name)", {{"id", 2}, {"name", std::nullopt}});
    const Sql sql = select({"name", "size", "good", "made"}, "FROM things WHERE id = :id");
    session.each(sql, {{"id", 1}}, [&](Row& row) {
        EXPECT_EQ(row.text(), name);
        EXPECT_EQ(row.integer(), 9'000'000'000'000'000'000);
        EXPECT_TRUE(row.boolean());
        EXPECT_EQ(row.timestamp(), made);
    });
    session.each(sql, {{"id", 2}}, [&](Row& row) {
        EXPECT_EQ(row.optional_text(), std::nullopt);
        EXPECT_EQ(row.integer(), 0);
        EXPECT_FALSE(row.boolean());
        EXPECT_EQ(row.timestamp(), Timestamp{});
    });
}

TEST_P(DatabaseTest, ReadsANullAfterAValueAsEmpty) {
    Session session = (*database_).lease();
    insert(session, 1, "value");
    session.execute("INSERT INTO things (id) VALUES (2)");
    const auto names =
        session.all(select({"name"}, "FROM things ORDER BY id"), {}, [](Row& row) { return row.text(); });
    EXPECT_THAT(names, testing::ElementsAre("value", ""));
}

TEST_P(DatabaseTest, SaysThatAValueCannotBeRead) {
    Session session = (*database_).lease();
    insert(session, 1, "no number");
    const Sql sql = select({"name"}, "FROM things");
    EXPECT_EQ(thrown_code([&] { session.each(sql, {}, [](Row& row) { row.integer(); }); }), ErrorCode::kInternal);
    EXPECT_EQ(thrown_code([&] { session.each(sql, {}, [](Row& row) { row.uuid(); }); }), ErrorCode::kInternal);
    EXPECT_EQ(thrown_code([&] { session.each(sql, {}, [](Row& row) { row.timestamp(); }); }), ErrorCode::kInternal);
    EXPECT_EQ(session.one(sql, {}, [](Row& row) { return row.text(); }), "no number") << "the session goes on";
}

TEST_P(DatabaseTest, TellsConflictsFromOtherErrorsAndKeepsValuesOutOfThem) {
    Session session = (*database_).lease();
    insert(session, 1, "secret-hash");
    try {
        insert(session, 2, "secret-hash");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kConflict);
        EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret-hash")));
    }
    EXPECT_EQ(thrown_code([&] { insert(session, 1, "other"); }), ErrorCode::kConflict);
    EXPECT_EQ(thrown_code([&] { session.execute("SELECT broken FROM nowhere"); }), ErrorCode::kInternal);
    insert(session, 3, "the session goes on");
    EXPECT_EQ(session.execute("UPDATE things SET size = 1 WHERE id > :id", {{"id", 0}}), 2);
}

TEST_P(DatabaseTest, RollsBackWhatWasNotCommitted) {
    Session session = (*database_).lease();
    {
        Transaction transaction(session);
        insert(session, 1, "a");
    }
    {
        Transaction transaction(session);
        insert(session, 2, "b");
        EXPECT_EQ(thrown_code([&] { insert(session, 3, "b"); }), ErrorCode::kConflict);
    }
    {
        Transaction transaction(session);
        insert(session, 4, "c");
        transaction.commit();
    }
    const auto ids = session.all(select({"id"}, "FROM things"), {}, [](Row& row) { return row.integer(); });
    EXPECT_THAT(ids, testing::ElementsAre(4));
}

TEST_P(DatabaseTest, CommitsNoTransactionInWhichAStatementFailed) {
    Session session = (*database_).lease();
    {
        Transaction transaction(session);
        insert(session, 1, "a");
        EXPECT_EQ(thrown_code([&] { insert(session, 2, "a"); }), ErrorCode::kConflict);
        EXPECT_EQ(thrown_code([&] { transaction.commit(); }), ErrorCode::kInternal);
    }
    Transaction next(session);
    insert(session, 3, "a");
    next.commit();
}

TEST_P(DatabaseTest, RefusesATextWithANul) {
    Session session = (*database_).lease();
    insert(session, 1, "admin");
    const std::string longer("admin\0x", 7);
    EXPECT_EQ(thrown_code([&] {
                  session.one(select({"id"}, "FROM things WHERE name = :name"), {{"name", longer}},
                              [](Row& row) { return row.integer(); });
              }),
              ErrorCode::kInvalidInput);
}

TEST_P(DatabaseTest, PreparesMoreStatementsThanItKeeps) {
    Session session = (*database_).lease();
    insert(session, 1, "a");
    for (int i = 0; i < 250; ++i)
        EXPECT_EQ(session.one(select({std::to_string(i)}, "FROM things"), {}, [](Row& row) { return row.integer(); }),
                  i);
}

TEST_P(DatabaseTest, LetsManyWritersInManyPoolsWaitForEachOther) {
    constexpr int kThreadsPerPool = 3;
    constexpr int kRows = 40;
    const std::array<std::unique_ptr<Database>, 3> pools{database_.connect(), database_.connect(), database_.connect()};
    std::atomic<std::int64_t> next_id = 1;
    std::atomic<int> failures = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto& pool : pools)
            for (int t = 0; t < kThreadsPerPool; ++t)
                threads.emplace_back([&, &pool = *pool] {
                    for (int i = 0; i < kRows; ++i) try {
                            Session session = pool.lease();
                            // Reads first: a transaction that is not meant to write from its start would fail here.
                            Transaction transaction(session);
                            session.one(select({"COUNT(*)"}, "FROM things"), {},
                                        [](Row& row) { return row.integer(); });
                            std::this_thread::yield();
                            const std::int64_t id = next_id++;
                            insert(session, id, std::to_string(id));
                            transaction.commit();
                        } catch (const Error& error) {
                            ADD_FAILURE() << error.what();
                            ++failures;
                        }
                });
    }
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(count(*database_), static_cast<std::int64_t>(pools.size()) * kThreadsPerPool * kRows);
}

/// What a process that was killed had been told is there, is there, and at most the one row more that it was writing.
TEST_P(DatabaseTest, KeepsWhatWasCommittedWhenItsProcessIsKilled) {
    constexpr int kRounds = 10;
    constexpr std::int64_t kIdsPerRound = 1'000'000;
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < kRounds; ++round) {
        std::array<int, 2> acknowledged{};
        ASSERT_EQ(::pipe2(acknowledged.data(), O_CLOEXEC), 0);
        const std::int64_t first_id = round * kIdsPerRound;
        const pid_t child = ::fork();
        if (child == 0) {
            const auto own = database_.connect();
            for (std::int64_t id = first_id;; ++id) {
                Session session = own->lease();
                insert(session, id, std::to_string(id));
                if (::write(acknowledged[1], &id, sizeof id) != sizeof id) ::_exit(1);
            }
        }
        ::close(acknowledged[1]);
        std::int64_t last = 0;
        for (auto wanted = std::uniform_int_distribution(1, 40)(random); wanted > 0; --wanted)
            ASSERT_EQ(::read(acknowledged[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
        ::kill(child, SIGKILL);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        while (::read(acknowledged[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last)) {
        }
        ::close(acknowledged[0]);

        const auto ids = (*database_)
                             .lease()
                             .all(select({"id"}, "FROM things WHERE id >= :first ORDER BY id"), {{"first", first_id}},
                                  [](Row& row) { return row.integer(); });
        for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], first_id + static_cast<std::int64_t>(i));
        ASSERT_FALSE(ids.empty());
        EXPECT_THAT(ids.back(), testing::AnyOf(last, last + 1));
    }
}

class SqliteTest : public testing::Test {
  protected:
    static std::string pragma(Session& session, const std::string& name) {
        return session.only({"PRAGMA " + name, 1}, {}, [](Row& row) { return row.text(); });
    }
    std::filesystem::path file() const { return folder_.path() / "dir with = and  blanks" / "karmen.db"; }
    SqliteTest() { std::filesystem::create_directory(file().parent_path()); }

    TemporaryFolder folder_;
};

TEST_F(SqliteTest, SetsEveryConnectionUpForSafety) {
    Database database(sqlite_backend({.file = file()}));
    Session first = database.lease();
    Session second = database.lease();
    for (Session* session : {&first, &second}) {
        EXPECT_EQ(pragma(*session, "journal_mode"), "wal");
        EXPECT_EQ(pragma(*session, "synchronous"), "2");
        EXPECT_EQ(pragma(*session, "foreign_keys"), "1");
        EXPECT_EQ(pragma(*session, "trusted_schema"), "0");
    }
}

TEST_F(SqliteTest, MakesFilesForTheirOwnerOnly) {
    Database database(sqlite_backend({.file = file()}));
    database.lease().run_script("CREATE TABLE t (x)");
    for (const char* suffix : {"", "-wal", "-shm"}) {
        struct stat facts{};
        ASSERT_EQ(::stat((file().native() + suffix).c_str(), &facts), 0) << suffix;
        EXPECT_EQ(facts.st_mode & 07777, 0600U) << suffix;
    }
}

TEST_F(SqliteTest, TakesAnyPath) {
    for (const char* name : {"a\"b 'c.db", "file:x?mode=memory", "\xC3\xA9"}) {
        const auto path = folder_.path() / name;
        Database database(sqlite_backend({.file = path}));
        database.lease().run_script("CREATE TABLE t (x)");
        EXPECT_GT(std::filesystem::file_size(path), 0) << name;
    }
}

TEST_F(SqliteTest, SaysWhyItCannotBeUsed) {
    const auto open = [](SqliteOptions options) { Database database(sqlite_backend(std::move(options))); };
    EXPECT_EQ(thrown_code([&] { open({.file = folder_.path() / "missing" / "karmen.db"}); }),
              ErrorCode::kStorageUnavailable);
    EXPECT_EQ(thrown_code([&] { open({.file = folder_.path()}); }), ErrorCode::kStorageUnavailable);
    EXPECT_EQ(thrown_code([&] { open({.file = file(), .if_missing = SqliteOptions::IfMissing::kFail}); }),
              ErrorCode::kStorageUnavailable);
    EXPECT_FALSE(std::filesystem::exists(file()));

    std::ofstream(file()) << std::string(8192, 'x');
    EXPECT_EQ(thrown_code([&] { open({.file = file()}); }), ErrorCode::kStorageUnavailable);
}

TEST_F(SqliteTest, LendsNoMoreSessionsThanItHas) {
    Database small(sqlite_backend({.file = file()}), {.sessions_max = 1, .lease_timeout = 1ms});
    {
        const Session only = small.lease();
        EXPECT_EQ(thrown_code([&] { small.lease(); }), ErrorCode::kOverloaded);
    }
    EXPECT_NO_THROW(small.lease());
}

TEST_F(SqliteTest, GivesUpWaitingForAWriterAfterItsTimeout) {
    Database patient(sqlite_backend({.file = file()}));
    Database hasty(sqlite_backend({.file = file(), .busy_timeout = 1ms}));
    Session writer = patient.lease();
    writer.run_script("CREATE TABLE t (x)");
    const Transaction transaction(writer);
    EXPECT_EQ(thrown_code([&] { hasty.lease().execute("INSERT INTO t VALUES (1)"); }), ErrorCode::kStorageUnavailable);
    EXPECT_EQ(hasty.lease().one(select({"COUNT(*)"}, "FROM t"), {}, [](Row& row) { return row.integer(); }), 0)
        << "readers do not wait for writers";
}

TEST_F(SqliteTest, TellsAFullDisk) {
    Database database(sqlite_backend({.file = file()}));
    Session session = database.lease();
    session.run_script("CREATE TABLE t (x); PRAGMA max_page_count=4");
    EXPECT_EQ(thrown_code([&] { session.execute("INSERT INTO t VALUES (:x)", {{"x", std::string(100000, 'x')}}); }),
              ErrorCode::kDiskFull);
    session.execute("INSERT INTO t VALUES (:x)", {{"x", "small"}});
}

TEST_F(SqliteTest, MatchesRegularExpressionsWhateverTheLetterCase) {
    Database database(sqlite_backend({.file = file()}));
    Session session = database.lease();
    const auto matches = [&](const Param& pattern, const Param& text) {
        return session.one({"SELECT karmen_matches(:pattern, :text)", 1}, {{"pattern", pattern}, {"text", text}},
                           [](Row& row) { return row.optional_text().value_or("null"); });
    };
    EXPECT_EQ(matches("^BEN.*y$", "benchy"), "1");
    EXPECT_EQ(matches("^b$", "benchy"), "0");
    EXPECT_EQ(matches("", "benchy"), "1");
    EXPECT_EQ(matches("\xC3\x89", "caf\xC3\xA9"), "1");
    EXPECT_EQ(matches("x", std::nullopt), "null");
    EXPECT_EQ(thrown_code([&] { matches("(", "x"); }), ErrorCode::kInternal);
}

/// Returns when the statement is ended from outside, or counts for a long time.
Sql endless(const Dialect& dialect) {
    if (&dialect == &postgres_dialect()) return select({"pg_sleep(1000)"}, "");
    return select({"COUNT(*)"},
                  "FROM (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)");
}

TEST_P(DatabaseTest, EndsListsAndNothingElse) {
    // However far the list has come: not lent, lent, or being read.
    std::atomic<int> ended = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            try {
                Session session = (*database_).lease(Purpose::kList);
                session.each(endless(session.dialect()), {}, [](Row&) {});
            } catch (const Error& error) {
                const bool is_expected =
                    error.code() == ErrorCode::kOverloaded || error.code() == ErrorCode::kStorageUnavailable;
                if (is_expected) ++ended;
            }
        });
    Session work = (*database_).lease();
    insert(work, 1, "one");
    (*database_).end_lists();
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(ended, 3);
    insert(work, 2, "two");
    EXPECT_EQ(thrown_code([&] { (*database_).lease(Purpose::kList); }), ErrorCode::kOverloaded);
    EXPECT_EQ(count(*database_), 2);
}

}  // namespace
}  // namespace karmen::storage
