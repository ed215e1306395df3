#include "domain/gcode_format.hpp"

#include <gtest/gtest.h>

namespace karmen {
namespace {

TEST(GcodeFormat, TheEndOfTheNameTellsInAnyLetterCase) {
    for (const char* name : {"cube.gco", "CUBE.GCODE", "Cube.Gco", "cube.g", "CUBE.G", "cube.3mf.gcode", ".gcode"})
        EXPECT_EQ(gcode_format(name), GcodeFormat::kText) << name;
    for (const char* name : {"cube.bgcode", "CUBE.BGCODE", "cube.gcode.bgcode"})
        EXPECT_EQ(gcode_format(name), GcodeFormat::kBinary) << name;
    for (const char* name : {"cube.gcode.3mf", "Cube.GCode.3MF"})
        EXPECT_EQ(gcode_format(name), GcodeFormat::kArchive) << name;
    for (const char* name : {"", "cube.stl", "g", "cubeg", "bgcode", "cube.3mf", "cubegcode.3mf", "cube.g.txt",
                             "cube.bgcode.3mf", "cube.gcode.3mf "})
        EXPECT_EQ(gcode_format(name), std::nullopt) << name;
}

TEST(GcodeFormat, TheEndingIsThatOfTheName) {
    EXPECT_EQ(gcode_ending("Cube.GCode.3MF"), ".GCode.3MF");
    EXPECT_EQ(gcode_ending("cube.v2.gco"), ".gco");
    EXPECT_EQ(gcode_ending("cube.3mf"), "");
}

TEST(GcodeFormat, OctoPrintPrintsTextOnlyAndTheReasonNamesBoth) {
    EXPECT_EQ(print_obstacle("octoprint", GcodeFormat::kText), std::nullopt);
    EXPECT_EQ(print_obstacle("octoprint", GcodeFormat::kBinary), "OctoPrint does not print binary G-code (.bgcode)");
    EXPECT_EQ(print_obstacle("octoprint", GcodeFormat::kArchive),
              "OctoPrint does not print sliced plates in an archive (.gcode.3mf)");
}

TEST(GcodeFormat, AKindThatIsNotKnownIsSpokenWithAsOctoPrint) {
    EXPECT_EQ(print_obstacle("", GcodeFormat::kText), std::nullopt);
    EXPECT_TRUE(print_obstacle("", GcodeFormat::kBinary));
}

}  // namespace
}  // namespace karmen
