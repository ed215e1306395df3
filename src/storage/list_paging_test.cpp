#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/print_job_repository.hpp"
#include "storage/tables/printer_repository.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStable = 7;
constexpr std::size_t kPassing = 6;

/// Every list, every column up and down, every size of a page, while rows come and go: of the rows that stay none is
/// repeated or lost.
class ListPagingTest : public testing::TestWithParam<DatabaseKind> {
  public:
    /// One list, whose rows are known by the text of their key.
    struct List {
        std::vector<const char*> columns;
        std::function<std::string()> add;
        std::function<void(const std::string& key)> remove;
        /// The keys of a page, and what `next` says.
        std::function<Page<std::string>(const ListQuery& query)> read;
    };

    void check(const List& list) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::vector<std::string> stable;
        std::vector<std::string> passing;
        // In turn, so that neither stands in one block.
        for (std::size_t i = 0; i < std::max(kStable, kPassing); ++i) {
            if (i < kStable) stable.push_back(list.add());
            if (i < kPassing) passing.push_back(list.add());
        }
        for (const char* column : list.columns)
            for (const Direction direction : {Direction::kAscending, Direction::kDescending})
                for (std::size_t limit = 1; limit <= kStable + kPassing; ++limit) {
                    SCOPED_TRACE(std::string(column) + (direction == Direction::kAscending ? " up, " : " down, ") +
                                 std::to_string(limit) + " a page");
                    walk(list, {.limit = limit, .order_by = ListQuery::Order{column, direction}}, stable, passing);
                }
    }

    int pick(int values) { return std::uniform_int_distribution(0, values - 1)(random); }

  private:
    void walk(const List& list, ListQuery query, const std::vector<std::string>& stable,
              std::vector<std::string>& passing) {
        std::map<std::string, int> times;
        int pages = 0;
        do {
            const Page<std::string> page = list.read(query);
            EXPECT_LE(page.rows.size(), query.limit);
            for (const std::string& key : page.rows) ++times[key];
            query.start_with = page.next;
            // Not for ever: rows that come faster than they are read have no last page.
            if (++pages > 20) continue;
            // Often just the row that the next page is to begin with.
            const std::string next_key = page.next ? page.next->substr(0, page.next->find('~')) : "";
            auto gone = std::ranges::find(passing, next_key);
            if (gone == passing.end()) gone = passing.begin() + pick(static_cast<int>(passing.size()));
            list.remove(*gone);
            *gone = list.add();
        } while (query.start_with && pages < 100);
        EXPECT_FALSE(query.start_with) << "the pages do not end";
        for (const auto& [key, count] : times) EXPECT_EQ(count, 1) << key;
        for (const std::string& key : stable) EXPECT_EQ(times.count(key), 1U) << key;
    }

  public:
    User new_user() {
        const User user{.uuid = Uuid::random(),
                        .username = "user" + std::to_string(++made),
                        .role = pick(2) == 0 ? Role::kUser : Role::kAdmin,
                        .suspended = pick(2) == 0,
                        .created = Timestamp{1764000000s + std::chrono::microseconds{pick(3)}}};
        users.create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
        return user;
    }
    std::optional<Uuid> somebody() {
        return pick(3) == 0 ? std::nullopt : std::optional(owners[static_cast<std::size_t>(pick(2))]);
    }
    template <class Row, class Key>
    static Page<std::string> keys_of(const Page<Row>& page, Key key) {
        Page<std::string> result{.rows = {}, .next = page.next};
        for (const Row& row : page.rows) result.rows.push_back(key(row));
        return result;
    }

    std::uint32_t seed = std::random_device{}();
    std::mt19937 random{seed};
    int made = 0;
    TestDatabase database{GetParam()};
    UserRepository users{*database};
    GcodeRepository gcodes{*database};
    PrintJobRepository printjobs{*database};
    PrinterRepository printers{*database};
    std::vector<Uuid> owners{new_user().uuid, new_user().uuid};
};
INSTANTIATE_TEST_SUITE_P(, ListPagingTest, kDatabaseKinds, database_kind_name);

TEST_P(ListPagingTest, Gcodes) {
    const auto text = [this] { return std::vector<std::string>{"", "a", "B", "~b=%&+ '"}[pick(4)]; };
    check(
        {.columns = {"id", "path", "filename", "display", "absolute_path", "uploaded", "size", "user_uuid", "username"},
         .add =
             [&] {
                 Gcode gcode{.path = text(),
                             .filename = text(),
                             .display = text(),
                             .absolute_path = (pick(2) == 0 ? "/gone/" : "") + std::to_string(++made),
                             .uploaded = Timestamp{1764000000s + std::chrono::microseconds{pick(3)}},
                             .size_bytes = pick(3) * 9,
                             .user = somebody()};
                 return std::to_string(gcodes.insert(gcode));
             },
         .remove = [&](const std::string& key) { gcodes.remove(std::stoll(key)); },
         .read =
             [&](const ListQuery& query) {
                 return keys_of(gcodes.list(query), [](const Gcode& gcode) { return std::to_string(gcode.id); });
             }});
}

TEST_P(ListPagingTest, PrintJobs) {
    check({.columns = {"id", "gcode_id", "printer_host", "started", "gcode_data", "printer_data", "user_uuid",
                       "username"},
           .add =
               [&] {
                   PrintJob job{.gcode_id = pick(3),
                                .printer_host = "10.0.0." + std::to_string(pick(3)),
                                .started = Timestamp{1764000000s + std::chrono::microseconds{pick(3)}},
                                .user = somebody()};
                   return std::to_string(printjobs.insert(job));
               },
           .remove = [&](const std::string& key) { printjobs.remove(std::stoll(key)); },
           .read =
               [&](const ListQuery& query) {
                   return keys_of(printjobs.list(query), [](const PrintJob& job) { return std::to_string(job.id); });
               }});
}

TEST_P(ListPagingTest, Printers) {
    check({.columns = {"id", "name", "host", "hostname", "client", "protocol", "printer_props"},
           .add =
               [&] {
                   const Printer printer{.host = "10.0.0." + std::to_string(++made),
                                         .name = std::vector<std::string>{"a", "B", "~b=%&+ '"}[pick(3)],
                                         .hostname = std::vector<std::string>{"", "octopi.local"}[pick(2)],
                                         .protocol = pick(2) == 0 ? Protocol::kHttp : Protocol::kHttps};
                   printers.insert(printer);
                   return printer.id.to_string();
               },
           .remove = [&](const std::string& key) { printers.remove(printers.find(*Uuid::parse(key))->host); },
           .read =
               [&](const ListQuery& query) {
                   return keys_of(printers.list(query), [](const Printer& printer) { return printer.id.to_string(); });
               }});
}

TEST_P(ListPagingTest, Users) {
    check({.columns = {"uuid", "username", "role", "suspended", "created"},
           .add = [&] { return new_user().uuid.to_string(); },
           .remove =
               [&](const std::string& key) {
                   (*database).lease().execute("DELETE FROM users WHERE uuid = '" + key + "'");
               },
           .read =
               [&](const ListQuery& query) {
                   return keys_of(users.list(query), [](const User& user) { return user.uuid.to_string(); });
               }});
}

TEST_P(ListPagingTest, APageHas200RowsUnlessAskedOtherwiseAndNeverMoreThan1000) {
    for (int i = 0; i < 1001; ++i) printjobs.insert({.gcode_id = i, .printer_host = "10.0.0.1"});
    EXPECT_EQ(printjobs.list({}).rows.size(), 200U);
    for (const std::size_t limit : {std::size_t{1000}, std::size_t{1001}, std::numeric_limits<std::size_t>::max()}) {
        const auto page = printjobs.list({.limit = limit});
        EXPECT_EQ(page.rows.size(), 1000U) << limit;
        EXPECT_TRUE(page.next) << limit;
    }
}

}  // namespace
}  // namespace karmen::storage
