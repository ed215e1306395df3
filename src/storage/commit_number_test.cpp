#include "storage/commit_number.hpp"

#include "storage/test_database.hpp"

#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

void write(Database& database) {
    database.lease().execute("INSERT INTO settings (key, val) VALUES ('a', 'b')");
    database.lease().execute("DELETE FROM settings");
}

TEST(CommitNumber, IsAnotherAfterACommitOfAnybody) {
    TestDatabase database;
    const CommitNumber number = (*database).commit_number();
    auto before = number();
    ASSERT_TRUE(before.has_value());
    EXPECT_EQ(number(), before);
    (*database).lease().execute("SELECT 1");
    EXPECT_EQ(number(), before);
    write(*database);
    EXPECT_NE(number(), before);
    before = number();
    write(*database.connect());
    EXPECT_NE(number(), before);
}

TEST(CommitNumber, IsTheSameUntilTheCommit) {
    TestDatabase database;
    const CommitNumber number = (*database).commit_number();
    const auto before = number();
    {
        Session session = (*database).lease();
        Transaction transaction(session);
        session.execute("DELETE FROM settings");
        session.execute("INSERT INTO settings (key, val) VALUES ('a', 'b')");
        EXPECT_EQ(number(), before) << "a writer keeps nobody waiting";
        transaction.commit();
    }
    EXPECT_NE(number(), before);
}

}  // namespace
}  // namespace karmen::storage
