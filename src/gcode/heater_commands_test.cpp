#include "gcode/heater_commands.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace karmen::gcode {
namespace {

constexpr auto kNone = std::nullopt;
using Expected = std::pair<std::optional<double>, std::optional<double>>;

HeaterCommands read(std::string_view lines) {
    HeaterCommands heaters;
    for (const std::string_view line : split(lines, '\n')) {
        if (line == "layers")
            heaters.layers_begin();
        else
            heaters.read(line);
    }
    return heaters;
}

/// First layer, other layers.
void check_tool(std::string_view lines, Expected expected) {
    const HeaterCommands::Temperatures tool = read(lines).tool(0, false);
    EXPECT_EQ(Expected(tool.first_layer, tool.other_layers), expected) << lines;
}

void check_bed(std::string_view lines, Expected expected) {
    const HeaterCommands::Temperatures bed = read(lines).bed();
    EXPECT_EQ(Expected(bed.first_layer, bed.other_layers), expected) << lines;
}

TEST(HeaterCommands, TakesTheFirstTemperature) {
    check_tool("M104 S200", {200, 200});
    check_tool("M104 S200\nM109 S210", {200, 200});
    check_tool("M109 S200\nM104 S0", {200, 200});
    check_tool("M104 S0\nM104 S200", {200, 200});
    check_bed("M140 S60\nM190 S65", {60, 60});
    check_bed("M190 R60", {60, 60});
}

TEST(HeaterCommands, TakesWhatWasWaitedForLastBeforeTheLayers) {
    check_tool("M104 S150\nM109 S150\nM104 S210\nM109 S210\nlayers", {210, 210});
    check_tool("M104 S150\nM104 S210\nlayers", {210, 210});  // it waits for none
    check_bed("M190 S50\nM190 S60\nlayers", {60, 60});
}

TEST(HeaterCommands, TakesTheChangeAfterTheFirstLayerBegan) {
    check_tool("M109 S210\nlayers\nM104 S205\nM104 S190\nM104 S0", {210, 205});
    check_bed("M190 S65\nlayers\nM140 S60\nM140 S0", {65, 60});
    check_tool("layers\nM104 S205", {kNone, 205});
}

TEST(HeaterCommands, TellsToolsApart) {
    check_tool("M104 T1 S190\nM104 T0 S200", {200, 200});
    check_tool("M104 T1 S190", {kNone, kNone});
    check_tool("T1\nM104 S190\nT0\nM104 S200", {200, 200});
    check_tool("T1 ; right\nM104 S190\nM104 T0 S200", {200, 200});
    check_tool("T255\nM104 S200", {200, 200});
    check_bed("M140 T1 S60", {60, 60});
    check_bed("M140 P1 S60", {kNone, kNone});
}

TEST(HeaterCommands, BelievesNoStandbyTemperatures) {
    const HeaterCommands heaters = read("M109 S200 T0\nM104 S150 T1\nlayers\nM104 T0 S170\nM109 T1 S190\nM104 T0 S205");
    EXPECT_EQ(heaters.tool(0, true).first_layer, 200);
    EXPECT_EQ(heaters.tool(0, true).other_layers, 200);
    EXPECT_EQ(heaters.tool(0, false).other_layers, 170);
    EXPECT_EQ(heaters.tool(1, true).first_layer, 190);
    EXPECT_EQ(heaters.tool(1, true).other_layers, 190);
}

TEST(HeaterCommands, ReadsRepRapFirmware) {
    check_tool("G10 P0 S210 R150", {210, 210});
    check_tool("M568 P0 S210 R150 A2", {210, 210});
    check_tool("M568 S210", {210, 210});
    check_tool("G10 P1 S210", {kNone, kNone});
    for (const char* other : {"G10", "G10 S210", "G10 L2 P0 S210", "G100 P0 S210", "G10.1 P0 S210", "M568 P0 R150"})
        check_tool(other, {kNone, kNone});
    check_bed("M140 P0 S65", {65, 65});
}

TEST(HeaterCommands, ReadsMacros) {
    check_tool("START_PRINT BED_TEMP=60 EXTRUDER_TEMP=215", {215, 215});
    check_tool("PRINT_START BED=60 HOTEND=215 ; macro", {215, 215});
    check_bed("START_PRINT BED_TEMP=60 EXTRUDER_TEMP=215", {60, 60});
    check_bed("SET_HEATER_TEMPERATURE HEATER=heater_bed TARGET=60", {60, 60});
    check_tool("SET_HEATER_TEMPERATURE HEATER=extruder TARGET=215", {215, 215});
    for (const char* other :
         {"START_PRINT EXTRUDER_TEMP={temperature}", "END_PRINT EXTRUDER_TEMP=215",
          "START_PRINT EXTRUDER_TEMP=", "SET_HEATER_TEMPERATURE HEATER=extruder1 TARGET=215",
          "SET_HEATER_TEMPERATURE HEATER=extruder_fan TARGET=215", "START_PRINT ; EXTRUDER_TEMP=215"})
        check_tool(other, {kNone, kNone});
}

TEST(HeaterCommands, ReadsHowPeopleWriteThem) {
    for (const char* line :
         {"M104 S200", "M104S200", "M104 T0 S200", "M104 S200 T0", "M104  S200.0 ; heat", "M104\tS200", "M104 S200*97",
          "M104 S200;M104 S999", "M109 R200", "M109 S200 R300", "M104 S200 (note)"})
        check_tool(line, {200, 200});
}

TEST(HeaterCommands, IgnoresWhatMakesNoSense) {
    for (const char* line : {"", "M", "M104", "M104 S", "M104 S-5", "M104 S1.2.3", "M104 S1e999", "M104 S9999",
                             "M104 S{first_layer_temperature[0]}", "M104 S[temperature]", "M1040 S200", "M104.1 S200",
                             "M105 S200", "m104 s200", "M104 ; S200", "M104 R200", "M104 s200", "M106 S255"})
        check_tool(line, {kNone, kNone});
}

}  // namespace
}  // namespace karmen::gcode
