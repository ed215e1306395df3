#include "storage/tables/audit_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class AuditRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    void add(const std::string& target, std::chrono::seconds time, const std::string& result = kAuditOk) {
        entries_.insert({.time = Timestamp{time}, .action = "printer.remove", .target = target, .result = result});
    }
    std::vector<std::string> targets(const ListQuery& query = {}) {
        std::vector<std::string> found;
        for (const AuditEntry& entry : entries_.list(query).rows) found.push_back(entry.target);
        return found;
    }

    TestDatabase database_{GetParam()};
    AuditRepository entries_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, AuditRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(AuditRepositoryTest, GivesBackWhatWasWrittenAndCountedOn) {
    AuditEntry entry{.time = Timestamp{1764000000s},
                     .action = "login",
                     .user = Uuid::random(),
                     .username = "an\nn",
                     .address = "::1",
                     .target = "",
                     .result = "wrong_credentials"};
    entry.id = entries_.insert(entry);
    entries_.add_times(entry.id, 6);
    entry.times = 7;
    AuditEntry of_command_line{.action = "user.add", .target = "ann", .result = kAuditOk};
    of_command_line.id = entries_.insert(of_command_line);
    EXPECT_THAT(entries_.list({}).rows, ElementsAre(entry, of_command_line));
}

TEST_P(AuditRepositoryTest, ListsByTimeAndByPattern) {
    add("b", 20s);
    add("a", 10s, "not_owner");
    EXPECT_THAT(targets({.order_by = ListQuery::Order{"time", Direction::kAscending}}), ElementsAre("a", "b"));
    EXPECT_THAT(targets({.filter = ListQuery::Filter{"result", "owner"}}), ElementsAre("a"));
    EXPECT_FALSE(AuditRepository::may_read_all_rows({.order_by = ListQuery::Order{"time", Direction::kDescending}}));
    EXPECT_TRUE(AuditRepository::may_read_all_rows({.filter = ListQuery::Filter{"result", "owner"}}));
}

TEST_P(AuditRepositoryTest, ForgetsWhatIsOldAndRefusalsBeforeWhatWasDone) {
    add("old", 10s);
    add("done", 20s);
    add("refused", 21s, "role_required");
    add("refused later", 22s, "role_required");
    add("done later", 23s);
    entries_.clean(Timestamp{20s}, 4);
    EXPECT_THAT(targets(), ElementsAre("done", "refused", "refused later", "done later"));
    entries_.clean(Timestamp{0s}, 3);
    EXPECT_THAT(targets(), ElementsAre("done", "refused later", "done later"));
    entries_.clean(Timestamp{0s}, 1);
    EXPECT_THAT(targets(), ElementsAre("done later"));
}

}  // namespace
}  // namespace karmen::storage
