#include "storage/connection.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace karmen::storage {
namespace {

class ConnectionTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    ConnectionTest() {
        (*database_).lease().run_script("CREATE TABLE things (id integer PRIMARY KEY, name varchar, size bigint)");
    }

    static void insert_three(Session& session) {
        for (int id = 1; id <= 3; ++id)
            session.execute("INSERT INTO things (id, name) VALUES (:id, :name)",
                            {{"id", id}, {"name", std::to_string(id)}});
    }

    EmptyTestDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, ConnectionTest, kDatabaseKinds, database_kind_name);

TEST_P(ConnectionTest, KeepsTheLargestAndTheSmallestInteger) {
    Session session = (*database_).lease();
    const Sql insert = returning("INSERT INTO things (id, size) VALUES (:id, :size)", {"size"});
    for (const std::int64_t size : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
                                    std::int64_t{1} << 31, -(std::int64_t{1} << 31) - 1}) {
        session.execute("DELETE FROM things");
        const auto read = [](Row& row) { return row.integer(); };
        EXPECT_EQ(session.only(insert, {{"id", 1}, {"size", size}}, read), size);
        EXPECT_EQ(session.only(select({"id"}, "FROM things WHERE size = :size"), {{"size", size}}, read), 1);
    }
}

TEST_P(ConnectionTest, BindsByName) {
    Session session = (*database_).lease();
    session.execute("INSERT INTO things (id, name, size) VALUES (:id, :name, :size)",
                    {{"size", 5}, {"name", std::nullopt}, {"id", 7}});
    const Sql sql = select({"id", "name", "size"}, "FROM things WHERE size > :least AND (id > :least OR id < :id)");
    session.only(sql, {{"id", 3}, {"least", 4}}, [](Row& row) {
        EXPECT_EQ(row.integer(), 7);
        EXPECT_EQ(row.optional_text(), std::nullopt);
        EXPECT_EQ(row.integer(), 5);
        return true;
    });
    EXPECT_EQ(thrown_code([&] { session.execute("DELETE FROM things WHERE id = :id", {{"size", 7}}); }),
              ErrorCode::kInternal);
    EXPECT_EQ(thrown_code([&] { session.execute("DELETE FROM things WHERE id = :id", {}); }), ErrorCode::kInternal);
    EXPECT_EQ(session.execute("DELETE FROM things WHERE id = :id", {{"id", 7}}), 1) << "the session goes on";
}

TEST_P(ConnectionTest, TakesWhatLooksLikeAParameterInATextForAText) {
    Session session = (*database_).lease();
    const Sql sql = select({"':a'", "\"x:y\""}, "FROM (SELECT :b AS \"x:y\") AS t /* :c */ -- :d");
    session.only(sql, {"value"}, [](Row& row) {
        EXPECT_EQ(row.text(), ":a");
        EXPECT_EQ(row.text(), "value");
        return true;
    });
}

TEST_P(ConnectionTest, RefusesWhatIsNotOneStatement) {
    Session session = (*database_).lease();
    EXPECT_EQ(thrown_code([&] { session.execute("DELETE FROM things; DELETE FROM things"); }), ErrorCode::kInternal);
    EXPECT_EQ(session.execute("DELETE FROM things ; "), 0);
}

TEST_P(ConnectionTest, RefusesToReadMoreColumnsThanThereAre) {
    Session session = (*database_).lease();
    EXPECT_EQ(thrown_code([&] { session.each({"SELECT 1", 2}, {}, [](Row&) {}); }), ErrorCode::kInternal);
}

TEST_P(ConnectionTest, ReadsOnWhenItsStatementIsForgottenMeanwhile) {
    Session session = (*database_).lease();
    insert_three(session);
    std::vector<std::string> names;
    session.each(select({"name"}, "FROM things ORDER BY id"), {}, [&](Row& row) {
        for (int i = 0; i < 150; ++i)
            session.each(select({std::to_string(names.size() * 1000 + static_cast<std::size_t>(i))}, ""), {},
                         [](Row&) {});
        names.push_back(row.text());
    });
    EXPECT_THAT(names, testing::ElementsAre("1", "2", "3"));
}

TEST_P(ConnectionTest, ForgetsWhatACallbackLeftStanding) {
    Session session = (*database_).lease();
    insert_three(session);
    const Sql sql = select({"id"}, "FROM things ORDER BY id");
    const auto stop = [](Row&) { throw std::runtime_error("enough"); };
    EXPECT_THROW(session.each(sql, {}, stop), std::runtime_error);
    session.run_script("DROP TABLE things; CREATE TABLE things (id integer)");  // which a reader would hold up
    EXPECT_EQ(session.execute("INSERT INTO things VALUES (1)"), 1);
}

TEST_P(ConnectionTest, CountsTheChangedRowsOfEachStatement) {
    Session session = (*database_).lease();
    insert_three(session);
    EXPECT_EQ(session.execute("UPDATE things SET size = 1 WHERE id > :id", {{"id", 1}}), 2);
    EXPECT_EQ(session.execute("CREATE TABLE others (id integer)"), 0);
    EXPECT_EQ(session.execute("UPDATE things SET size = 1 WHERE id > :id", {{"id", 9}}), 0);
    EXPECT_EQ(session.execute("DELETE FROM things"), 3);
}

}  // namespace
}  // namespace karmen::storage
