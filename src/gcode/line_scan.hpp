#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace karmen::gcode {

constexpr bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

/// The first line end in [begin, end), or `end`.
const char* find_line_end(const char* begin, const char* end);

/// How many positions one call of a LineScan looks at.
inline constexpr std::size_t kScanBlock = 16384;

/// How many offsets a LineScan may write for `count` positions: a line has at least two bytes, and a few more offsets
/// than lines may be written.
constexpr std::size_t scan_room(std::size_t count) {
    constexpr std::size_t kSlack = 32;
    return count / 2 + 1 + kSlack;
}

/// Where the lines begin that can hold a fact: those whose first byte is `;`, `M`, `N`, `T`, a blank or a tab. A line
/// ends with LF or CR. Looks for a line end at every position of data[0, count), so reads data[0, count]: one byte
/// more. `count` is at most kScanBlock. Writes the offset of each such first byte in rising order to `out`, which has
/// room for scan_room(count), and returns how many there are. All implementations agree.
using LineScan = std::size_t (*)(const char* data, std::size_t count, std::uint16_t* out);

struct NamedLineScan {
    const char* name;
    LineScan scan;
};

/// The implementations that this processor can run, the fastest first; the last one is plain C++.
std::vector<NamedLineScan> line_scans();

/// The first of line_scans().
LineScan fastest_line_scan();

}  // namespace karmen::gcode
