#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

/// Counts for as long as one lets it.
const Sql kEndless =
    select({"COUNT(*)"}, "FROM (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)");

class SqliteBackendTest : public testing::Test {
  protected:
    Database open(SqliteOptions options) {
        options.file = folder_.path() / "karmen.db";
        return Database(sqlite_backend(options));
    }
    static ErrorCode code_of(Session& session, const Sql& sql) {
        try {
            session.each(sql, {}, [](Row&) {});
        } catch (const Error& error) {
            return error.code();
        }
        ADD_FAILURE() << "nothing was thrown";
        return ErrorCode::kInternal;
    }

    TemporaryFolder folder_;
};

TEST_F(SqliteBackendTest, EndsAStatementThatTakesTooLongAndGoesOn) {
    Database database = open({.statement_timeout = 20ms});
    Session session = database.lease();
    for (int round = 0; round < 2; ++round) EXPECT_EQ(code_of(session, kEndless), ErrorCode::kOverloaded);
    EXPECT_EQ(session.only({"SELECT 1", 1}, {}, [](Row& row) { return row.integer(); }), 1);
}

TEST_F(SqliteBackendTest, AFilterThatTakesTooLongIsEndedToo) {
    Database database = open({.statement_timeout = 20ms});
    Session session = database.lease();
    const std::string text(1000, 'a');
    const Sql sql = select({"COUNT(*)"},
                           "FROM (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n) "
                           "WHERE karmen_matches('(a?){100}a{100}z', '" +
                               text + "' || x)");
    EXPECT_EQ(code_of(session, sql), ErrorCode::kOverloaded);
}

TEST_F(SqliteBackendTest, ATransactionWithAnEndedStatementLeavesNothing) {
    Database database = open({.statement_timeout = 50ms});
    database.lease().execute("CREATE TABLE t (x integer)");
    {
        Session session = database.lease();
        Transaction transaction(session);
        session.execute("INSERT INTO t VALUES (1)");
        EXPECT_EQ(code_of(session, {"INSERT INTO t WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                                    "SELECT x FROM n",
                                    0}),
                  ErrorCode::kOverloaded);
        EXPECT_THROW(transaction.commit(), Error);
    }
    Session session = database.lease();
    EXPECT_EQ(session.only(select({"COUNT(*)"}, "FROM t"), {}, [](Row& row) { return row.integer(); }), 0);
}

TEST_F(SqliteBackendTest, WaitsForAnotherWriterNoLongerThanAStatementMayTake) {
    Database other = open({});
    Session holder = other.lease();
    const Transaction transaction(holder);
    Database database = open({.busy_timeout = 1h, .statement_timeout = 20ms});
    Session session = database.lease();
    EXPECT_EQ(code_of(session, {"CREATE TABLE t (x integer)", 0}), ErrorCode::kStorageUnavailable);
}

TEST_F(SqliteBackendTest, WaitsForAnotherWriter) {
    Database other = open({});
    other.lease().execute("CREATE TABLE t (x integer)");
    auto holder = std::make_unique<Session>(other.lease());
    auto transaction = std::make_unique<Transaction>(*holder);
    holder->execute("INSERT INTO t VALUES (1)");
    Database database = open({.busy_timeout = 1h});
    std::thread writer([&] { database.lease().execute("INSERT INTO t VALUES (2)"); });
    transaction->commit();
    writer.join();
    EXPECT_EQ(holder->only(select({"COUNT(*)"}, "FROM t"), {}, [](Row& row) { return row.integer(); }), 2);
}

TEST_F(SqliteBackendTest, HasNoDeadlineForWhatMayTakeAsLongAsItTakes) {
    Database database = open({});
    const auto numbers = database.lease().only(
        select({"COUNT(*)"},
               "FROM (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT x "
               "FROM n)"),
        {}, [](Row& row) { return row.integer(); });
    EXPECT_EQ(numbers, 100000);
}

}  // namespace
}  // namespace karmen::storage
