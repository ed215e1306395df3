#include "domain/printer_snapshot.hpp"

#include "base/described_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace karmen {
namespace {

std::optional<PrinterSnapshot> read(const boost::json::value& json) {
    PrinterSnapshot snapshot;
    return read_json(json, snapshot) ? std::optional(snapshot) : std::nullopt;
}

std::optional<PrinterSnapshot> sent(const PrinterSnapshot& snapshot) {
    return read(boost::json::parse(boost::json::serialize(to_described_json(snapshot))));
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

TEST(PrinterSnapshot, ComesBackFromJsonAsItWas) {
    EXPECT_EQ(sent(PrinterSnapshot{}), PrinterSnapshot{});
    EXPECT_EQ(sent(kFull), kFull);
}

TEST(PrinterSnapshot, OtherJsonIsNotTakenForOne) {
    for (const char* text : {"null", "{}", "[]", R"({"status": {}})"}) {
        SCOPED_TRACE(text);
        EXPECT_EQ(read(boost::json::parse(text)), std::nullopt);
    }
}

/// Replaces each value at any depth, one after the other, by one of another kind.
void expect_each_noticed(const boost::json::value& whole, const std::string& pointer) {
    const boost::json::value& here = whole.at_pointer(pointer);
    if (!here.is_object()) return;
    for (const auto& member : here.get_object()) {
        const std::string at = pointer + "/" + std::string(std::string_view(member.key()));
        boost::json::value bad = whole;
        bad.at_pointer(at) = boost::json::array{true};
        EXPECT_EQ(read(bad), std::nullopt) << at;
        expect_each_noticed(whole, at);
    }
}

TEST(PrinterSnapshot, EachMemberOfAWrongKindIsNoticed) {
    expect_each_noticed(to_described_json(kFull), "");
}

TEST(PrinterSnapshot, AStateOfAnotherVersionIsNotGuessed) {
    for (const boost::json::value& state : {boost::json::value(7), boost::json::value("new")}) {
        boost::json::value json = to_described_json(kFull);
        json.at_pointer("/status/state") = state;
        EXPECT_EQ(read(json), std::nullopt);
    }
}

}  // namespace
}  // namespace karmen
