#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace karmen::gcode {

/// How many positions one call of a LineScan looks at.
inline constexpr std::size_t kScanBlock = 8192;

/// Where the lines begin that can hold a fact: those whose first byte is `;`, `M`, `N`, `T`, a blank
/// or a tab. A line ends with
/// LF or CR. Looks for a line end at every position of data[0, count), so reads data[0, count]: one byte more. `count`
/// is at most kScanBlock. Writes the offset of each such first byte in rising order to `out`, which has room for count
/// / 2 + 1, and returns how many there are. All implementations agree.
using LineScan = std::size_t (*)(const char* data, std::size_t count, std::uint16_t* out);

struct NamedLineScan {
    const char* name;
    LineScan scan;
};

/// Those that this processor can run, the fastest first; the last one is plain C++.
std::vector<NamedLineScan> line_scans();

/// The first of line_scans().
LineScan fastest_line_scan();

}  // namespace karmen::gcode
