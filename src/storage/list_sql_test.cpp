#include "storage/list_sql.hpp"

#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/print_job_repository.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

/// Rows of table gcodes with few different values, so that there are many ties, and some without an owner.
class ListTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    ListTest() {
        for (const char* name : {"anna", "Bert", "carla"}) {
            const User user{.uuid = Uuid::random(), .username = name};
            users_.create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
            owners_.emplace_back(user.uuid);
        }
        owners_.emplace_back(std::nullopt);
    }

    std::int64_t add(std::mt19937& random) {
        const auto pick = [&](int values) { return std::uniform_int_distribution(0, values - 1)(random); };
        static const std::vector<std::string> kNames{"", "a", "B", "b~=%&+ '", "\xC3\xA9", "zz"};
        Gcode gcode;
        gcode.filename = std::to_string(++made_);
        gcode.absolute_path = gcode.filename;
        gcode.display = kNames[static_cast<std::size_t>(pick(6))];
        gcode.size_bytes = pick(4) * 9;  // 9 and 18: as texts they would sort the other way round
        gcode.uploaded = Timestamp{1764000000s + std::chrono::microseconds{pick(3)}};
        gcode.user = owners_[static_cast<std::size_t>(pick(4))];
        return gcodes_.insert(gcode);
    }
    std::vector<std::int64_t> ids(const ListQuery& query) {
        std::vector<std::int64_t> result;
        for (const Gcode& gcode : gcodes_.list(query).rows) result.push_back(gcode.id);
        return result;
    }
    std::string refusal(const ListQuery& query) {
        try {
            gcodes_.list(query);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kInvalidInput);
            return error.fields().at(0).pointer;
        }
        return "";
    }

    TestDatabase database_{GetParam()};
    UserRepository users_{*database_};
    GcodeRepository gcodes_{*database_};
    std::vector<std::optional<Uuid>> owners_;
    int made_ = 0;
};
INSTANTIATE_TEST_SUITE_P(, ListTest, kDatabaseKinds, database_kind_name);

using Order = ListQuery::Order;

const std::vector<std::optional<Order>> kOrders = [] {
    std::vector<std::optional<Order>> orders{std::nullopt};
    for (const char* column : {"id", "display", "size", "uploaded", "user_uuid", "username", "absolute_path"})
        for (const Direction direction : {Direction::kAscending, Direction::kDescending})
            orders.push_back(Order{column, direction});
    return orders;
}();

std::string describe(const std::optional<Order>& order) {
    if (!order) return "no order";
    return order->column + (order->direction == Direction::kAscending ? " up" : " down");
}

/// What the pages must be, computed without SQL.
bool precedes(const Gcode& a, const Gcode& b, const std::optional<Order>& order) {
    if (!order) return a.id < b.id;
    const bool downwards = order->direction == Direction::kDescending;
    const auto compare = [&](const auto& x, const auto& y) {
        if (x == y) return a.id < b.id;
        return downwards ? y < x : x < y;
    };
    const auto nulls_last = [&](const auto& x, const auto& y) {
        if (x.has_value() != y.has_value()) return x.has_value();
        return x ? compare(*x, *y) : a.id < b.id;
    };
    if (order->column == "id") return downwards ? b.id < a.id : a.id < b.id;
    if (order->column == "display") return compare(a.display, b.display);
    if (order->column == "size") return compare(a.size_bytes, b.size_bytes);
    if (order->column == "uploaded") return compare(a.uploaded, b.uploaded);
    if (order->column == "absolute_path") return compare(a.absolute_path, b.absolute_path);
    if (order->column == "user_uuid") return nulls_last(a.user, b.user);
    return nulls_last(a.username, b.username);
}

TEST_P(ListTest, OrdersByColumnThenId) {
    std::mt19937 random(1);
    for (int i = 0; i < 40; ++i) add(random);
    for (const auto& order : kOrders) {
        const auto rows = gcodes_.list({.limit = 1000, .order_by = order}).rows;
        EXPECT_EQ(rows.size(), 40U);
        EXPECT_TRUE(std::ranges::is_sorted(rows, [&](const Gcode& a, const Gcode& b) { return precedes(a, b, order); }))
            << describe(order);
    }
}

TEST_P(ListTest, NeitherRepeatsNorLosesARowWhilePagesAreRead) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::set<std::int64_t> stable;
    std::vector<std::int64_t> passing;
    for (int i = 0; i < 30; ++i) stable.insert(add(random));
    for (int i = 0; i < 30; ++i) passing.push_back(add(random));

    for (const auto& order : kOrders)
        for (const std::size_t limit : {1U, 2U, 3U, 7U, 29U, 61U, 1000U}) {
            SCOPED_TRACE(describe(order) + ", " + std::to_string(limit) + " a page");
            ListQuery query{.limit = limit, .order_by = order};
            std::vector<Gcode> seen;
            for (int page_number = 0; page_number < 400; ++page_number) {
                auto page = gcodes_.list(query);
                EXPECT_LE(page.rows.size(), limit);
                const std::optional<std::int64_t> next_row =
                    page.next ? std::optional(std::stoll(*page.next)) : std::nullopt;
                std::ranges::move(page.rows, std::back_inserter(seen));
                // Between two pages others come and go, often just the row that the next page is to begin with. Not for
                // ever: rows that come faster than they are read have no last page.
                if (page_number < 60) passing.push_back(add(random));
                const auto gone = next_row ? std::ranges::find(passing, *next_row) : passing.begin();
                if (gone != passing.end() && passing.size() > 25) {
                    gcodes_.remove(*gone);
                    passing.erase(gone);
                }
                query.start_with = page.next;
                if (!page.next) break;
            }
            EXPECT_FALSE(query.start_with) << "the pages do not end";
            EXPECT_TRUE(
                std::ranges::is_sorted(seen, [&](const Gcode& a, const Gcode& b) { return precedes(a, b, order); }));
            std::map<std::int64_t, int> times;
            for (const Gcode& gcode : seen) ++times[gcode.id];
            for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
            for (const std::int64_t id : stable) EXPECT_EQ(times.count(id), 1U) << id;
        }
}

TEST_P(ListTest, BeginsAtABarePrimaryKey) {
    std::mt19937 random(2);
    for (int i = 0; i < 30; ++i) add(random);
    for (const auto& order : kOrders) {
        const auto all = ids({.order_by = order});
        for (const std::size_t start : {0U, 1U, 17U, 29U})
            EXPECT_EQ(ids({.order_by = order, .start_with = std::to_string(all[start])}),
                      std::vector(all.begin() + static_cast<std::ptrdiff_t>(start), all.end()))
                << describe(order);
    }
    gcodes_.remove(10);
    EXPECT_THAT(ids({.limit = 2, .start_with = "10"}), testing::ElementsAre(11, 12));
    EXPECT_THAT(ids({.limit = 2, .order_by = Order{"id", Direction::kDescending}, .start_with = "10"}),
                testing::ElementsAre(9, 8));
    const auto later = ids({.order_by = Order{"size"}, .start_with = "10"});
    EXPECT_EQ(later.size(), 20U) << "the row is gone: those with a higher id, as the old backend did";
    for (const auto& order : kOrders)
        for (const char* start : {"31", "99999999"})
            EXPECT_TRUE(ids({.order_by = order, .start_with = start}).empty()) << describe(order) << ": never a row";
}

TEST_P(ListTest, GoesOnWhenAllRowsBeforeAreGone) {
    std::mt19937 random(8);
    for (int i = 0; i < 10; ++i) add(random);
    for (const auto& order : kOrders) {
        auto all = ids({.order_by = order});
        const auto page = gcodes_.list({.limit = 4, .order_by = order});
        // With the very row that the next page begins with.
        for (std::size_t i = 0; i < 5; ++i) gcodes_.remove(all[i]);
        all.erase(all.begin(), all.begin() + 5);
        EXPECT_EQ(ids({.order_by = order, .start_with = page.next}), all) << describe(order);
        while (ids({}).size() < 10) add(random);
    }
}

TEST_P(ListTest, IgnoresTokensThatCannotBeRead) {
    std::mt19937 random(3);
    for (int i = 0; i < 5; ++i) add(random);
    for (const auto& order : kOrders)
        for (const char* token :
             {"", "x", "-1", "0", "1.5", "~", "~size=1", "99999999999999999999", "x~size=1", "\xFF"})
            EXPECT_EQ(ids({.order_by = order, .start_with = token}), ids({.order_by = order}))
                << describe(order) << token;
    // A token of another order, or with a value that cannot be the column's, counts as its bare id.
    for (const char* token : {"3~display=a", "3~size=x", "3~nothing", "3~", "3~size=1~2"})
        EXPECT_EQ(ids({.order_by = Order{"size"}, .start_with = token}),
                  ids({.order_by = Order{"size"}, .start_with = "3"}))
            << token;
    for (const char* time : {"yesterday", "0000-01-01T00:00:00", "2026-01-01T99:00:00", "2026-01-01T00:00:00+99:00",
                             "2026-02-30T00:00:00", "infinity", "2026-01-01T00:00:00 BC"})
        EXPECT_EQ(ids({.order_by = Order{"uploaded"}, .start_with = std::string("3~uploaded=") + time}),
                  ids({.order_by = Order{"uploaded"}, .start_with = "3"}))
            << time;
    EXPECT_EQ(ids({.start_with = "3~size=5"}), ids({.start_with = "3"}));
}

TEST_P(ListTest, BeginsAtAMomentHoweverItIsSpelled) {
    std::mt19937 random(7);
    for (int i = 0; i < 30; ++i) add(random);
    const auto page = gcodes_.list({.limit = 10, .order_by = Order{"uploaded"}});
    const std::string time =
        to_iso8601(gcodes_.list({.limit = 11, .order_by = Order{"uploaded"}}).rows.back().uploaded);
    const std::string id = page.next->substr(0, page.next->find('~'));
    std::string with_blank = time;
    with_blank[10] = ' ';
    for (const std::string& spelling :
         {time, with_blank, time.substr(0, time.find('+')), time.substr(0, time.find('+')) + "Z"})
        EXPECT_EQ(ids({.order_by = Order{"uploaded"}, .start_with = id + "~uploaded=" + spelling}),
                  ids({.order_by = Order{"uploaded"}, .start_with = page.next}))
            << spelling;
}

TEST_P(ListTest, FiltersByTheTextOfAColumn) {
    std::mt19937 random(4);
    for (int i = 0; i < 40; ++i) add(random);
    const auto all = gcodes_.list({}).rows;
    const auto expect = [&](const std::string& column, const std::string& pattern, auto matches) {
        std::vector<std::int64_t> expected;
        for (const Gcode& gcode : all)
            if (matches(gcode)) expected.push_back(gcode.id);
        EXPECT_FALSE(expected.empty()) << pattern;
        EXPECT_EQ(ids({.filter = ListQuery::Filter{column, pattern}}), expected) << column << ":" << pattern;
    };
    expect("display", "^[ab]$", [](const Gcode& gcode) { return gcode.display == "a" || gcode.display == "B"; });
    expect("size", "^18$", [](const Gcode& gcode) { return gcode.size_bytes == 18; });
    expect("username", "BERT", [](const Gcode& gcode) { return gcode.username == "Bert"; });
    expect("user_uuid", ".", [](const Gcode& gcode) { return gcode.user.has_value(); });
    expect("uploaded", "2025-11-24.*16:00", [](const Gcode&) { return true; });
    expect("nothing", "x", [](const Gcode&) { return true; });
    expect("Display", "x", [](const Gcode&) { return true; });
    expect("display", "", [](const Gcode&) { return true; });
}

TEST_P(ListTest, PagesThroughAFilter) {
    std::mt19937 random(5);
    for (int i = 0; i < 40; ++i) add(random);
    ListQuery query{.limit = 3,
                    .order_by = Order{"username", Direction::kDescending},
                    .filter = ListQuery::Filter{"size", "^(9|18)$"}};
    ListQuery whole = query;
    whole.limit = 1000;
    std::vector<std::int64_t> seen;
    do {
        const auto page = gcodes_.list(query);
        for (const Gcode& gcode : page.rows) seen.push_back(gcode.id);
        query.start_with = page.next;
    } while (query.start_with);
    EXPECT_EQ(seen, ids(whole));
    EXPECT_GT(seen.size(), 3U);
}

TEST_P(ListTest, RefusesUnknownOrdersAndBadPatterns) {
    for (const char* column : {"nothing", "", "Size", "gcodes.size", "size; DROP TABLE gcodes", "thumbnails", "\xFF"})
        EXPECT_EQ(refusal({.order_by = Order{column}}), "/order_by") << column;
    for (const std::string pattern :
         {"(", "*", "\\", "[z-a]", "a{9999}", "\xFF", "(?<x", "((((a{1000}){1000}){1000}){1000})"})
        EXPECT_EQ(refusal({.filter = ListQuery::Filter{"display", pattern}}), "/filter") << pattern;
    EXPECT_EQ(refusal({.filter = ListQuery::Filter{"display", std::string("a\0b", 3)}}), "/filter");
    EXPECT_EQ(refusal({.filter = ListQuery::Filter{"unknown column", "("}}), "") << "ignored altogether";
}

TEST_P(ListTest, RefusesPatternsThatAreTooDear) {
    const auto refusal_of = [&](const std::string& pattern) {
        return refusal({.filter = ListQuery::Filter{"display", pattern}});
    };
    EXPECT_EQ(refusal_of(std::string(200, 'a')), "");
    EXPECT_EQ(refusal_of(std::string(201, 'a')), "/filter");
    EXPECT_EQ(refusal_of("(a?){100}a{100}zzz"), "");
    EXPECT_EQ(refusal_of("(a?){500}a{500}zzz"), "/filter");
    EXPECT_EQ(refusal_of("(a|b|ab){250}"), "/filter");
}

TEST(ListCost, ListsThatMayReadAllRowsAreKnown) {
    EXPECT_FALSE(PrintJobRepository::may_read_all_rows({}));
    EXPECT_FALSE(PrintJobRepository::may_read_all_rows({.order_by = Order{"started", Direction::kDescending}}));
    EXPECT_FALSE(PrintJobRepository::may_read_all_rows({.order_by = Order{"id"}}));
    EXPECT_TRUE(PrintJobRepository::may_read_all_rows({.order_by = Order{"username"}}));
    EXPECT_TRUE(PrintJobRepository::may_read_all_rows({.filter = ListQuery::Filter{"id", "1"}}));
    EXPECT_FALSE(PrintJobRepository::may_read_all_rows({.filter = ListQuery::Filter{"nothing", "1"}}));
    EXPECT_FALSE(GcodeRepository::may_read_all_rows({.order_by = Order{"display"}}));
    EXPECT_TRUE(UserRepository::may_read_all_rows({.order_by = Order{"role"}}));
}

TEST_P(ListTest, KeepsLimitsInRange) {
    std::mt19937 random(6);
    for (int i = 0; i < 3; ++i) add(random);
    EXPECT_EQ(ids({.limit = 0}).size(), 1U);
    EXPECT_EQ(ids({.limit = std::numeric_limits<std::size_t>::max()}).size(), 3U);
    EXPECT_FALSE(gcodes_.list({.limit = 3}).next);
    EXPECT_TRUE(gcodes_.list({.limit = 2}).next);
}

TEST_P(ListTest, PagesUsersByUuidAndIgnoresOrderingBySuspension) {
    for (int i = 0; i < 20; ++i) {
        const User user{.uuid = Uuid::random(), .username = "user" + std::to_string(i), .suspended = i % 2 == 0};
        users_.create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
    }
    for (const auto& order : {std::optional<Order>(), std::optional(Order{"suspended", Direction::kDescending})}) {
        ListQuery query{.limit = 4, .order_by = order};
        std::vector<Uuid> seen;
        do {
            const auto page = users_.list(query);
            for (const User& user : page.rows) seen.push_back(user.uuid);
            query.start_with = page.next;
            // Upper case names the same user.
            if (query.start_with) std::ranges::transform(*query.start_with, query.start_with->begin(), ::toupper);
        } while (query.start_with);
        EXPECT_EQ(seen.size(), 23U);
        EXPECT_TRUE(std::ranges::is_sorted(seen));
    }
    const auto suspended = users_.list({.filter = ListQuery::Filter{"suspended", "^true$"}});
    EXPECT_EQ(suspended.rows.size(), 10U);
    EXPECT_EQ(users_.list({.start_with = "no uuid"}).rows.size(), 23U);
}

TEST_P(ListTest, PagesPrintJobs) {
    PrintJobRepository jobs(*database_);
    for (int i = 0; i < 9; ++i) {
        PrintJob job;
        job.gcode_id = i;
        job.printer_host = "10.0.0." + std::to_string(i % 2);
        jobs.insert(job);
    }
    ListQuery query{.limit = 2, .order_by = Order{"printer_host", Direction::kDescending}};
    std::vector<std::int64_t> seen;
    do {
        const auto page = jobs.list(query);
        for (const PrintJob& job : page.rows) seen.push_back(job.id);
        query.start_with = page.next;
    } while (query.start_with);
    EXPECT_THAT(seen, testing::ElementsAre(2, 4, 6, 8, 1, 3, 5, 7, 9));
    const auto by_data = jobs.list({.order_by = Order{"gcode_data", Direction::kDescending}});
    EXPECT_EQ(by_data.rows.front().id, 1);
    EXPECT_EQ(jobs.list({.filter = ListQuery::Filter{"gcode_id", "^[37]$"}}).rows.size(), 2U);
}

}  // namespace
}  // namespace karmen::storage
