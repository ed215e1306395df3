#include "gcode/line_scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace karmen::gcode {
namespace {

std::vector<std::uint16_t> run(LineScan scan, std::string_view data) {
    // Exactly as large as promised, so that a sanitizer sees a byte too many.
    const std::vector<char> bytes(data.begin(), data.end());
    const std::size_t count = bytes.size() - 1;
    std::vector<std::uint16_t> starts(scan_room(count));
    starts.resize(scan(bytes.data(), count, starts.data()));
    return starts;
}

void check(std::string_view data, const std::vector<std::uint16_t>& expected) {
    for (const NamedLineScan& scan : line_scans())
        EXPECT_EQ(run(scan.scan, data), expected) << scan.name << ' ' << testing::PrintToString(data);
}

TEST(LineScan, FindsLinesThatCanHoldFacts) {
    check(";a\nG1", {});  // the first line is the caller's
    check("\n;", {1});
    check("\r\n;", {2});
    check("\r;", {1});
    check("G1\n;a\nM104\n ;b\n\t;c\nG1\nN1\nT0\nX1", {3, 6, 11, 15, 22, 25});
    check("\n\n\n", {});
    check("a;b M;\n", {});
}

TEST(LineScan, FindsThemAtEveryPositionOfABlock) {
    for (std::size_t size = 2; size < 400; ++size) {
        std::string data(size, 'x');
        for (const char first : {';', 'M', 'N', 'T', ' ', '\t'}) {
            const std::size_t at = size - 2;
            data[at] = '\n';
            data[at + 1] = first;
            check(data, {static_cast<std::uint16_t>(at + 1)});
        }
    }
}

TEST(LineScan, FillsTheWholeBlock) {
    std::string data;
    while (data.size() < kScanBlock) data += "\n;";
    data += ';';
    for (const NamedLineScan& scan : line_scans()) EXPECT_EQ(run(scan.scan, data).size(), kScanBlock / 2) << scan.name;
}

TEST(LineScan, TakesNoOtherByte) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            std::string data(140, 'x');
            data[40] = static_cast<char>(first);
            data[41] = static_cast<char>(second);
            const bool ends = first == '\n' || first == '\r';
            const bool begins =
                second == ';' || second == 'M' || second == 'N' || second == 'T' || second == ' ' || second == '\t';
            const std::vector<std::uint16_t> expected =
                ends && begins ? std::vector<std::uint16_t>{41} : std::vector<std::uint16_t>{};
            for (const NamedLineScan& scan : line_scans())
                ASSERT_EQ(run(scan.scan, data), expected) << scan.name << ' ' << first << ' ' << second;
        }
    }
}

TEST(LineScan, AgreesOnRandomText) {
    std::mt19937 random(7);
    static constexpr std::string_view kBytes = "\n\r;MNT \tG1x\x80\xFF";
    for (int round = 0; round < 2000; ++round) {
        std::string data(random() % 600 + 2, 'x');
        for (char& c : data) c = kBytes[random() % kBytes.size()];
        const std::vector<std::uint16_t> expected = run(line_scans().back().scan, data);
        for (const NamedLineScan& scan : line_scans()) ASSERT_EQ(run(scan.scan, data), expected) << scan.name;
    }
}

TEST(FindLineEnd, FindsTheFirstAtEveryPosition) {
    for (const char end : {'\n', '\r'}) {
        for (std::size_t at = 0; at < 70; ++at) {
            const std::vector<char> line(at, 'x');  // no byte more
            EXPECT_EQ(find_line_end(line.data(), line.data() + at), line.data() + at);
            std::string text(at, 'x');
            text += end;
            text += "x\nxxxxxxxxxxxxxxxxxxxx\r";
            EXPECT_EQ(find_line_end(text.data(), text.data() + text.size()), text.data() + at) << at;
        }
    }
}

}  // namespace
}  // namespace karmen::gcode
