#include "events/event_history.hpp"

#include "events/event_journal.hpp"
#include "runtime/task_group.hpp"
#include "storage/test_bench.hpp"

#include <gmock/gmock.h>

namespace karmen::events {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(EventIdText, IsReadAsItIsWritten) {
    const EventId id{.time_ms = 1'700'000'000'000, .number = 7};
    EXPECT_EQ(id.to_string(), "1700000000000-7");
    EXPECT_EQ(EventId::parse(id.to_string()), id);
    const EventId largest{.time_ms = ~0ULL, .number = ~0ULL};
    EXPECT_EQ(EventId::parse(largest.to_string()), largest);
}

TEST(EventIdText, IsNothingElse) {
    for (const char* text :
         {"", "-", "1", "1-", "-1", "1-1-1", "1--1", " 1-1", "1-1 ", "+1-1", "a-1", "0x1-1", "18446744073709551616-0"})
        EXPECT_EQ(EventId::parse(text), std::nullopt) << text;
}

class EventHistoryTest : public storage::ServiceTest {
  public:
    void append(std::uint64_t number) {
        history.append({.id = {.time_ms = 1, .number = number}, .name = "n", .data = std::to_string(number)});
    }
    /// What the follower gets now: the data of events, `reset`, or nothing.
    std::vector<std::string> next(EventFollower& follower, std::chrono::milliseconds patience = 0ms) {
        std::vector<std::string> result;
        const auto events = run(follower.next(patience));
        for (const PublishedEventPtr& event : *events)
            result.push_back(event->name == kResetEvent ? event->name : event->data);
        return result;
    }

    EventHistory history{loop.executor(), {.events_max = 3, .followers_max = 2}};
};

TEST_F(EventHistoryTest, BeginsWithResetAndGoesOnFromThere) {
    append(1);
    EventFollower follower = history.follow(std::nullopt);
    const auto first = run(follower.next(0ms)).value();
    EXPECT_EQ(first.at(0)->id, (EventId{1, 1}));
    append(2);
    append(3);
    EXPECT_THAT(next(follower), ElementsAre("2", "3"));
    EXPECT_THAT(next(follower), IsEmpty());
}

TEST_F(EventHistoryTest, GivesOnAfterEveryIdThatItStillHas) {
    for (std::uint64_t n = 1; n <= 5; ++n) append(n);
    const std::vector<std::pair<const char*, std::vector<std::string>>> expected{
        {"1-0", {"reset"}}, {"1-1", {"reset"}}, {"1-2", {"3", "4", "5"}}, {"1-3", {"4", "5"}}, {"1-4", {"5"}},
        {"1-5", {}},        {"1-6", {"reset"}}, {"2-0", {"reset"}},       {"0-9", {"reset"}},  {"garbage", {"reset"}}};
    for (const auto& [last, events] : expected) {
        EventFollower follower = history.follow(last);
        EXPECT_EQ(next(follower), events) << last;
    }
}

TEST_F(EventHistoryTest, TellsASlowFollowerThatItMissedEvents) {
    EventFollower slow = history.follow(std::nullopt);
    EXPECT_THAT(next(slow), ElementsAre("reset"));
    for (std::uint64_t n = 1; n <= 4; ++n) append(n);
    EXPECT_THAT(next(slow), ElementsAre("reset"));
    append(5);
    EXPECT_THAT(next(slow), ElementsAre("5"));
}

TEST_F(EventHistoryTest, GivesTheNewestStateOfEachThingAndAllFactsInOrder) {
    const auto state = [&](std::uint64_t number, const char* thing) {
        history.append({.id = {.time_ms = 1, .number = number},
                        .name = "n",
                        .data = thing + std::to_string(number),
                        .subject = {EventSubject::Kind::kState, thing}});
    };
    append(1);
    state(2, "a");
    EventFollower early = history.follow("1-1");
    EXPECT_THAT(next(early), ElementsAre("a2"));
    state(3, "b");
    append(4);
    for (std::uint64_t n = 5; n < 100; ++n) state(n, "a");
    append(100);
    EXPECT_THAT(next(early), ElementsAre("b3", "4", "a99", "100"));
    EXPECT_THAT(next(early), IsEmpty());
    EventFollower late = history.follow("1-50");
    EXPECT_THAT(next(late), ElementsAre("a99", "100")) << "a place between two events, one of which is over";
}

TEST_F(EventHistoryTest, AThingThatIsGoneHasNoState) {
    history.append({.id = {1, 1}, .name = "n", .data = "a1", .subject = {EventSubject::Kind::kState, "a"}});
    history.append({.id = {1, 2}, .name = "n", .data = "no a", .subject = {EventSubject::Kind::kEnd, "a"}});
    EventFollower follower = history.follow("1-0");
    EXPECT_THAT(next(follower), ElementsAre("no a"));
}

/// A page that was closed for an hour.
TEST_F(EventHistoryTest, AfterAnHourWithAThousandPrintersPrintingNothingWasMissed) {
    EventHistory large(loop.executor(), {});
    constexpr std::uint64_t kPrinters = 1000;
    constexpr std::uint64_t kSeconds = 3600;
    std::uint64_t facts = 0;
    for (std::uint64_t second = 1; second <= kSeconds; second += 2)
        for (std::uint64_t printer = 0; printer < kPrinters; ++printer) {
            const bool is_fact = printer == 0 && second % 60 == 1;
            facts += is_fact ? 1 : 0;
            large.append({.id = {.time_ms = second * 1000, .number = printer},
                          .name = is_fact ? "printjob" : "printer",
                          .data = "{}",
                          .subject = is_fact ? EventSubject{}
                                             : EventSubject{EventSubject::Kind::kState, std::to_string(printer)}});
        }
    EventFollower follower = large.follow("0-1");
    std::uint64_t printers_seen = 0;
    std::uint64_t facts_seen = 0;
    EventId last;
    for (;;) {
        const auto batch = run(follower.next(0ms)).value();
        if (batch.empty()) break;
        for (const PublishedEventPtr& event : batch) {
            ASSERT_NE(event->name, kResetEvent);
            ASSERT_LT(last, event->id);
            last = event->id;
            ++(event->name == "printer" ? printers_seen : facts_seen);
        }
    }
    EXPECT_EQ(printers_seen, kPrinters);
    EXPECT_EQ(facts_seen, facts);
    EXPECT_EQ(last, large.newest());
}

TEST_F(EventHistoryTest, TellsEverybodyThatItBeganAnew) {
    append(1);
    EventFollower follower = history.follow("1-1");
    EXPECT_THAT(next(follower), IsEmpty());
    history.begin_anew({9, 9});
    EXPECT_THAT(next(follower), ElementsAre("reset"));
    EXPECT_EQ(history.newest(), (EventId{9, 9}));
    EventFollower later = history.follow("9-9");
    EXPECT_THAT(next(later), IsEmpty());
}

Awaitable<void> wait_for_one(EventFollower& follower, std::vector<std::string>& got) {
    const auto events = co_await follower.next(std::chrono::hours(1));
    if (!events) got.push_back("the end");
    if (events)
        for (const PublishedEventPtr& event : *events) got.push_back(event->data);
}

TEST_F(EventHistoryTest, WakesThoseWhoWait) {
    EventFollower one = history.follow("0-0");
    EventFollower other = history.follow("0-0");
    std::vector<std::string> got;
    TaskGroup waiting(loop.executor(), log, "followers");
    waiting.spawn(wait_for_one(one, got));
    waiting.spawn(wait_for_one(other, got));
    append(1);
    run(waiting.join());
    EXPECT_THAT(got, ElementsAre("1", "1"));
}

TEST_F(EventHistoryTest, EndsThoseWhoWaitAndLetsNobodyBegin) {
    EventFollower follower = history.follow("0-0");
    std::vector<std::string> got;
    TaskGroup waiting(loop.executor(), log, "followers");
    waiting.spawn(wait_for_one(follower, got));
    history.stop();
    run(waiting.join());
    EXPECT_THAT(got, ElementsAre("the end"));
    EXPECT_EQ(run(follower.next(0ms)), std::nullopt);
    EXPECT_THROW(history.follow(std::nullopt), Error);
}

TEST_F(EventHistoryTest, HasRoomForSoManyFollowersAndNoMore) {
    {
        EventFollower one = history.follow(std::nullopt);
        const EventFollower moved = std::move(one);
        const EventFollower other = history.follow(std::nullopt);
        EXPECT_EQ(history.followers(), 2U);
        EXPECT_THROW(history.follow(std::nullopt), Error);
    }
    EXPECT_EQ(history.followers(), 0U);
    history.follow(std::nullopt);
}

class MemoryEventJournalTest : public storage::ServiceTest {};

TEST_F(MemoryEventJournalTest, KeepsTheOrderWhateverTheClockDoes) {
    MemoryEventJournal journal(loop.executor(), {}, clock);
    EventFollower follower = journal.history().follow(journal.history().newest().to_string());
    journal.publish("n", "1");
    journal.publish("n", "2");
    clock.advance(-1h);
    journal.publish("n", "3");
    clock.advance(2h);
    journal.publish("n", "4");
    std::string order;
    EventId last;
    const auto events = run(follower.next(0ms));
    for (const PublishedEventPtr& event : *events) {
        EXPECT_GT(event->id, last);
        last = event->id;
        order += event->data;
    }
    EXPECT_EQ(order, "1234");
}

TEST_F(MemoryEventJournalTest, TellsWhoWasHereBeforeTheStartThatEventsWereMissed) {
    std::string last;
    {
        MemoryEventJournal before(loop.executor(), {}, clock);
        before.publish("n", "1");
        last = before.history().newest().to_string();
    }
    clock.advance(1s);
    MemoryEventJournal after(loop.executor(), {}, clock);
    EventFollower follower = after.history().follow(last);
    EXPECT_EQ(run(follower.next(0ms)).value().at(0)->name, kResetEvent);
}

}  // namespace
}  // namespace karmen::events
