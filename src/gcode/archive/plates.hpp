#pragma once

#include "gcode/seekable_file.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace karmen::gcode::archive {

/// Gives the g-code of a `.gcode.3mf` to `use`, piece by piece: `Metadata/plate_N.gcode` with the lowest N, as an
/// archive may hold several plates. Returns what is wrong, for people; empty if nothing is. Any thread.
std::string read_first_plate(const SeekableFile& file, std::uint64_t unpacked_bytes_max,
                             const std::function<void(std::span<const char>)>& use);

}  // namespace karmen::gcode::archive
