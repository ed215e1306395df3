#include "cluster/snapshot_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace karmen::cluster {
namespace {

std::optional<PrinterSnapshot> sent(const PrinterSnapshot& snapshot) {
    return parse_snapshot(boost::json::parse(boost::json::serialize(to_json(snapshot))));
}

const PrinterSnapshot kFull{
    .status = {.state = PrinterState::kBusy,
               .text = "Tištěno",
               .temperature = {{"tool0", {.actual = 21.5, .target = 0, .offset = -1}}, {"bed", {}}},
               .reason = "Thermal Runaway"},
    .webcam = {.message = "OK",
               .stream = WebcamStream{.address = {"http://10.0.0.1/webcam/?action=stream",
                                                  Credentials{"us:er", "secret"}, std::string(64, 'a')},
                                      .flip_vertical = true}},
    .job = PrinterJob{.name = "cube.gcode", .completion = 100, .print_time_left_s = 5, .print_time_s = std::nullopt},
    .file = PrinterFile{.path = "karmen/cube.gcode", .size_bytes = 100, .is_printed = true},
    .since = Timestamp(std::chrono::microseconds(1'795'434'653'000'001))};

TEST(SnapshotJson, ComesBackAsItWas) {
    EXPECT_EQ(sent(PrinterSnapshot{}), PrinterSnapshot{});
    EXPECT_EQ(sent(kFull), kFull);
}

TEST(SnapshotJson, WhatIsNoSnapshotIsNone) {
    for (const char* text : {"null", "{}", "[]", R"({"status": {}})"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(parse_snapshot(boost::json::parse(text)), std::nullopt);
    }
}

TEST(SnapshotJson, EachMemberOfAWrongKindIsNoticed) {
    const boost::json::object good = to_json(kFull);
    for (const auto& [name, part] : good)
        for (const auto& [member, value] : part.as_object()) {
            SCOPED_TRACE(std::string(name) + "." + std::string(member));
            boost::json::object bad = good;
            bad[name].as_object()[member] = boost::json::array{true};
            EXPECT_EQ(parse_snapshot(bad), std::nullopt);
        }
}

TEST(SnapshotJson, AStateOfAnotherVersionIsNone) {
    for (const boost::json::value& state :
         {boost::json::value(-1), boost::json::value(15), boost::json::value("new")}) {
        boost::json::object json = to_json(kFull);
        json["status"].as_object()["state"] = state;
        EXPECT_EQ(parse_snapshot(json), std::nullopt);
    }
}

/// States were numbers, without reason and time, and a webcam gave no reason.
TEST(SnapshotJson, ReadsWhatAnOlderProcessWrote) {
    const auto read = [](int state) {
        return parse_snapshot(boost::json::parse(R"({"status":{"state":)" + std::to_string(state) +
                                                 R"(,"text":"x","temperature":{}},"webcam":{"message":"OK"}})"));
    };
    for (const auto& [number, state] : {std::pair(0, PrinterState::kNotResponding),
                                        {1, PrinterState::kInvalidData},
                                        {7, PrinterState::kPrinting},
                                        {13, PrinterState::kError},
                                        {14, PrinterState::kBusy}}) {
        ASSERT_TRUE(read(number)) << number;
        EXPECT_EQ(read(number)->status.state, state);
        EXPECT_EQ(read(number)->since, std::nullopt);
    }
}

}  // namespace
}  // namespace karmen::cluster
