#include "gcode/testing.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace karmen::gcode {
namespace {

/// Small files of the kinds that were read wrongly once. tests/data/gcode/README.md says what each stands for.
struct CaseFile {
    const char* name;
    const char* facts;
    const char* tools;
};

const CaseFile kCases[] = {
    {"g01_kisslicer16",
     "length_mm=320.75 volume_cm3=0.772 bed=55 bed_first=55 tool0=200 tool0_first=210 time_s=750 slicer=KISSlicer "
     "1.6.1",
     "[0 length=300.5 volume=0.723 temperature=200 first=210] [1 length=20.25 volume=0.049]"},
    {"g02_ultigcode", "volume_cm3=3 time_s=1500 slicer=Cura_SteamEngine 15.04.6", "[0 volume=2.4] [1 volume=0.6]"},
    {"g03_slic3r_list",
     "length_mm=1051 volume_cm3=2.5 bed=55 bed_first=55 tool0=200 tool0_first=200 slicer=Slic3r 1.2.9",
     "[0 length=1000.5 temperature=200 first=200] [1 length=50.5]"},
    {"g04_cut_prusa", "bed=60 bed_first=60 tool0=230 tool0_first=230 slicer=PrusaSlicer 2.8.1+linux-x64",
     "[0 temperature=230 first=230]"},
    {"g05_cura_klipper",
     "length_mm=1500 type=PETG bed=60 bed_first=60 tool0=215 tool0_first=215 time_s=1800 slicer=Cura_SteamEngine 5.7.0",
     "[0 length=1500 type=PETG temperature=215 first=215]"},
    {"g06_orca_slot3",
     "length_mm=1234.5 volume_cm3=2.97 type=PETG bed=80 bed_first=80 tool0=250 tool0_first=250 time_s=750 "
     "slicer=OrcaSlicer 2.2.0",
     "[2 length=1234.5 volume=2.97 type=PETG temperature=250 first=250]"},
    {"g07_creality_plate",
     "length_mm=500 volume_cm3=1.2 type=PLA bed=50 bed_first=50 tool0=220 tool0_first=220 time_s=300 "
     "slicer=CrealityPrint 6.0.1",
     "[0 length=500 volume=1.2 type=PLA temperature=220 first=220]"},
    {"g08_linenumbers", "bed=60 bed_first=60 tool0=205 tool0_first=205", "[0 temperature=205 first=205]"},
    {"g09_t1_selected",
     "length_mm=700 bed=60 bed_first=60 tool0=200 tool0_first=200 time_s=900 slicer=Cura_SteamEngine 4.13.0",
     "[0 length=500 temperature=200 first=200] [1 length=200 temperature=255 first=255]"},
    {"g10_icesl",
     "length_mm=987.6 type=PLA bed=50 bed_first=50 tool0=210 tool0_first=210 time_s=1234.5 slicer=IceSL 2.4.1",
     "[0 length=987.6 type=PLA temperature=210 first=210]"},
    {"g11_kiri", "length_mm=1456.7 bed=50 bed_first=55 tool0=205 tool0_first=210 time_s=3452 slicer=Kiri:Moto 3.9",
     "[0 length=1456.7 temperature=205 first=210]"},
    {"g12_cura15", "length_mm=2491 tool0=205 tool0_first=205 time_s=4560", "[0 length=2491 temperature=205 first=205]"},
    {"g13_cura_right_only",
     "length_mm=750 bed=85 bed_first=85 tool0=235 tool0_first=240 time_s=900 slicer=Cura_SteamEngine 5.6.0",
     "[1 length=750 temperature=235 first=240]"},
    {"g14_t1_off_at_end",
     "length_mm=750 bed=50 bed_first=60 tool0=195 tool0_first=215 time_s=900 slicer=Cura_SteamEngine 5.6.0",
     "[0 length=750 temperature=195 first=215]"},
    {"g15_slic3r13dev", "length_mm=1250 volume_cm3=3.0066 tool0=200 tool0_first=205 slicer=Slic3r 1.3.1-dev",
     "[0 length=1250 volume=3.0066 temperature=200 first=205]"},
    {"g16_cura13_time", "length_mm=740 bed=60 bed_first=60 tool0=200 tool0_first=200 time_s=5340",
     "[0 length=740 temperature=200 first=200]"},
    {"g20_ideamaker_right",
     "length_mm=1500 type=ABS bed=100 bed_first=100 tool0=240 tool0_first=240 time_s=600 slicer=ideaMaker 4.3.1.6452",
     "[1 length=1500 type=ABS temperature=240 first=240]"},
    {"g21_rrf_g10",
     "length_mm=500 bed=65 bed_first=65 tool0=205 tool0_first=210 time_s=900 slicer=Cura_SteamEngine 5.6.0",
     "[0 length=500 temperature=205 first=210]"},
    {"g22_cut_in_a_number",
     "length_mm=100 bed=60 tool0=230 tool0_first=230 time_s=300 slicer=PrusaSlicer 2.8.1+linux-x64",
     "[0 length=100 temperature=230 first=230]"},
};

std::string read_case(const std::string& name) {
    std::ifstream file(KARMEN_TEST_DATA "/gcode/cases/" + name + ".gcode", std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CaseFiles, GiveTheirFacts) {
    for (const CaseFile& file : kCases) {
        const std::string text = read_case(file.name);
        for (const NamedLineScan& scan : line_scans()) {
            const GcodeAnalysis analysis = analyze(text, scan.scan);
            EXPECT_EQ(to_text(analysis), file.facts) << file.name << ' ' << scan.name;
            EXPECT_EQ(tools_text(analysis), file.tools) << file.name << ' ' << scan.name;
        }
    }
}

TEST(CaseFiles, GiveTheSameForEverySplitIntoTwo) {
    for (const CaseFile& file : kCases) {
        const std::string text = read_case(file.name);
        const std::string expected = all_text(analyze(text));
        for (std::size_t at = 0; at <= text.size(); ++at) {
            GcodeAnalyzer analyzer;
            analyzer.feed(std::string_view(text).substr(0, at));
            analyzer.feed(std::string_view(text).substr(at));
            ASSERT_EQ(all_text(analyzer.finish()), expected) << file.name << " split at " << at;
        }
    }
}

TEST(CaseFiles, GiveTheSameInSmallPiecesForEveryTruncation) {
    std::mt19937 random(5);
    for (const CaseFile& file : kCases) {
        const std::string whole = read_case(file.name);
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const std::string_view text = std::string_view(whole).substr(0, size);
            ASSERT_EQ(all_text(analyze_in_pieces(text, [&] { return random() % 9 + 1; })), all_text(analyze(text)))
                << file.name << ' ' << size;
        }
    }
}

/// A cut number is another number.
TEST(CaseFiles, InventNothingWhenTheyAreCut) {
    const std::string whole = read_case("g22_cut_in_a_number") + "10\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const GcodeAnalysis analysis = analyze(whole.substr(0, size));
        EXPECT_TRUE(!analysis.temperatures.bed || analysis.temperatures.bed == 60) << size;
        EXPECT_TRUE(!analysis.temperatures.tool0 || analysis.temperatures.tool0 == 230) << size;
        EXPECT_TRUE(!analysis.temperatures.tool0_first || analysis.temperatures.tool0_first == 230) << size;
        EXPECT_TRUE(!analysis.filament.length_mm || analysis.filament.length_mm == 100) << size;
        EXPECT_TRUE(!analysis.time.estimate_s || analysis.time.estimate_s == 300) << size;
    }
}

}  // namespace
}  // namespace karmen::gcode
