#include "gcode/testing.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>

namespace karmen::gcode {
namespace {

std::string read_file(const std::string& name) {
    std::ifstream file(KARMEN_TEST_DATA "/gcode/" + name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

struct SlicerFile {
    const char* name;
    GcodeAnalysis expected;
};

GcodeAnalysis facts(std::optional<double> length_mm, std::optional<double> volume_cm3, std::optional<std::string> type,
                    GcodeAnalysis::Temperatures temperatures, std::optional<double> time_s, std::string slicer) {
    return {.filament = {length_mm, volume_cm3, std::move(type)},
            .temperatures = temperatures,
            .time = {time_s},
            .slicer = std::move(slicer),
            .tools = {},
            .nozzle_diameter_mm = {},
            .printer_model = {},
            .layer_height_mm = {},
            .layer_height_first_mm = {},
            .layer_count = {}};
}

constexpr auto kNone = std::nullopt;

// Temperatures: bed, bed_first, tool0, tool0_first.
const SlicerFile kFiles[] = {
    {"prusaslicer.gcode", facts(213.68, 0.51, "PETG", {85, 80, 240, 230}, 223, "PrusaSlicer 2.5.0")},
    {"prusaslicer_two_extruders.gcode", facts(214.17, 0.52, "PLA", {60, 65, 215, 220}, 187, "PrusaSlicer 2.5.0")},
    {"slic3r.gcode", facts(74.6, 0.5, kNone, {60, 65, 200, 205}, kNone, "Slic3r 1.3.0")},
    {"slic3r_two_extruders.gcode", facts(217.2, 0.5, kNone, {kNone, kNone, 200, 200}, kNone, "Slic3r 1.3.0")},
    {"cura.gcode", facts(203.432, kNone, kNone, {55, 60, 195, 200}, 268, "Cura_SteamEngine 4.13.0")},
    {"cura_engine.gcode", facts(kNone, kNone, kNone, {55, 60, 195, 200}, 101.446467, "Cura_SteamEngine 4.13.0")},
    {"cura_two_extruders.gcode", facts(1700, kNone, kNone, {60, 60, 210, 210}, 5212, "Cura_SteamEngine 4.13.0")},
    {"cura_griffin.gcode", facts(kNone, 6.5, kNone, {kNone, 60, 205, 205}, 5212, "Cura_SteamEngine 4.13.0")},
    {"superslicer.gcode", facts(5121.94, 12.32, "PLA", {60, 65, 205, 215}, 93784, "SuperSlicer 2.5.59")},
    {"orcaslicer.gcode", facts(1313.46, 3.16, "PETG", {80, 85, 245, 240}, 754, "OrcaSlicer 2.1.1")},
    {"bambustudio.gcode", facts(3436.66, 8.26613, "PLA", {35, 35, 220, 225}, 3116, "BambuStudio 01.09.07.52")},
    {"simplify3d.gcode", facts(90037.5, 216.57, "PLA", {60, 60, 205, 215}, 27420, "Simplify3D(R) Version 4.1.2")},
    {"ideamaker.gcode", facts(3000.5, kNone, "PETG", {70, 70, 235, 235}, 3163.8, "ideaMaker 4.0.1.4802")},
    {"kisslicer1.gcode", facts(kNone, 2.982, kNone, {80, 80, 250, 255}, 4347, "KISSlicer 1.5 Release Linux64")},
    {"kisslicer2.gcode", facts(130.5, 0.314, kNone, {60, kNone, 210, 215}, 109.8, "KISSlicer 2 a 2.0.6 Win64")},
};

TEST(SlicerFiles, GiveTheirWholeAnalysis) {
    for (const SlicerFile& file : kFiles) {
        const std::string text = read_file(file.name);
        for (const NamedLineScan& scan : line_scans())
            EXPECT_EQ(to_text(analyze(text, scan.scan)), to_text(file.expected)) << file.name << ' ' << scan.name;
    }
}

TEST(SlicerFiles, GiveTheSameWithWindowsLineEnds) {
    for (const SlicerFile& file : kFiles) {
        std::string text;
        for (const char c : read_file(file.name)) text += c == '\n' ? "\r\n" : std::string(1, c);
        EXPECT_EQ(to_text(analyze(text)), to_text(file.expected)) << file.name;
    }
}

TEST(SlicerFiles, GiveTheSameInAnyChunks) {
    std::mt19937 random(20);
    for (const SlicerFile& file : kFiles) {
        const std::string text = read_file(file.name);
        for (int round = 0; round < 20; ++round) {
            const std::size_t size_max = std::size_t{1} << (round % 14);
            const GcodeAnalysis analysis = analyze_in_pieces(text, [&] { return random() % size_max + 1; });
            EXPECT_EQ(to_text(analysis), to_text(file.expected)) << file.name << " up to " << size_max;
        }
    }
}

}  // namespace
}  // namespace karmen::gcode
