#include "fleet/snapshot_store.hpp"

#include <gtest/gtest.h>

namespace karmen::fleet {
namespace {

using namespace std::chrono_literals;

class SnapshotStoreTest : public testing::Test {
  public:
    SnapshotStoreTest() { store.add(id); }

    static Observation seen(PrinterState state, bool is_connected = true) {
        Observation observation{.job = std::nullopt, .webcam = std::nullopt};
        observation.client.connected = is_connected;
        observation.status = {.state = state, .text = "as it says"};
        return observation;
    }

    const Uuid id = Uuid::random();
    SnapshotStore store{{.status = 1h, .webcam = 1h}};
};

TEST_F(SnapshotStoreTest, KnowsNothingOfAPrinterThatWasNotAsked) {
    EXPECT_EQ(store.snapshot(id).with_age(), PrinterSnapshot{});
    EXPECT_EQ(store.snapshot(Uuid::random()).with_age(), PrinterSnapshot{});
    EXPECT_FALSE(store.is_recent(id));
    EXPECT_FALSE(store.is_webcam_recent(id));
}

TEST_F(SnapshotStoreTest, ShowsWhatWasTakenWithItsAge) {
    EXPECT_EQ(store.take(id, seen(PrinterState::kOperational)), std::nullopt);
    EXPECT_TRUE(store.is_recent(id));
    EXPECT_TRUE(store.snapshot(id).age.has_value());
    const auto before = store.take(id, seen(PrinterState::kPrinting));
    ASSERT_TRUE(before.has_value());
    EXPECT_EQ(before->state, PrinterState::kOperational);
}

TEST_F(SnapshotStoreTest, WhatIsOutdatedIsStillShownWithItsAge) {
    store.take(id, seen(PrinterState::kPrinting));
    store.outdate(id);
    EXPECT_FALSE(store.is_recent(id));
    EXPECT_EQ(store.snapshot(id).snapshot->status.state, PrinterState::kPrinting);
    EXPECT_TRUE(store.snapshot(id).age.has_value());
    store.take(id, seen(PrinterState::kPaused));
    EXPECT_TRUE(store.is_recent(id));
}

TEST_F(SnapshotStoreTest, TheObjectIsAnotherOnlyIfSomethingElseWasSeen) {
    store.take(id, seen(PrinterState::kPrinting));
    const auto before = store.snapshot(id).snapshot;
    store.take(id, seen(PrinterState::kPrinting));
    EXPECT_EQ(store.snapshot(id).snapshot, before);
    store.learn(id, *before);
    EXPECT_EQ(store.snapshot(id).snapshot, before);
    store.take(id, seen(PrinterState::kPaused));
    EXPECT_NE(store.snapshot(id).snapshot, before);
    EXPECT_EQ(before->status.state, PrinterState::kPrinting) << "who holds it keeps what was seen then";
}

TEST_F(SnapshotStoreTest, AWebcamIsForgottenWithTheConnection) {
    Observation with_webcam = seen(PrinterState::kOperational);
    with_webcam.webcam = Webcam{.message = "OK", .stream = WebcamStream{.address = {.url = "http://camera/"}}};
    store.take(id, with_webcam);
    EXPECT_TRUE(store.is_webcam_recent(id));
    store.take(id, seen(PrinterState::kOperational));
    EXPECT_EQ(store.last(id).webcam, with_webcam.webcam) << "it was not asked for";
    store.take(id, seen(PrinterState::kUnreachable, false));
    EXPECT_EQ(store.last(id).webcam.stream, std::nullopt);
    EXPECT_FALSE(store.is_webcam_recent(id));
}

TEST_F(SnapshotStoreTest, WhatIsRecalledOnlyFillsAGap) {
    const PrinterSnapshot old{.status = {.state = PrinterState::kPrinting, .text = "Printing"}};
    EXPECT_TRUE(store.learn(id, old, 10min));
    EXPECT_GE(store.snapshot(id).age, 10min);
    EXPECT_TRUE(store.learn(id, {.status = {.state = PrinterState::kPaused, .text = "Paused"}}));
    EXPECT_FALSE(store.learn(id, old, 10min));
    EXPECT_EQ(store.last(id).status.state, PrinterState::kPaused);
    EXPECT_FALSE(store.learn(Uuid::random(), old));

    const Uuid commanded = Uuid::random();
    store.add(commanded);
    store.outdate(commanded);
    EXPECT_FALSE(store.learn(commanded, old, 10min)) << "it may be from before the command";
}

}  // namespace
}  // namespace karmen::fleet
