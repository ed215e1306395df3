#pragma once

#include "domain/thumbnail.hpp"
#include "gcode/limits.hpp"
#include "gcode/seekable_file.hpp"

#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace karmen::gcode::archive {

/// Gives the g-code of a `.gcode.3mf` to `use`, piece by piece: `Metadata/plate_N.gcode` with the lowest N, because an
/// archive may hold several plates. Returns the pictures of that plate (`Metadata/plate_N.png`, and `_small.png`), or
/// what is wrong with the archive, for people. A picture that is damaged or beyond the limits is left out. Any thread.
std::expected<std::vector<Thumbnail>, std::string> read_first_plate(
    const SeekableFile& file, const AnalysisLimits& limits, const std::function<void(std::span<const char>)>& use);

}  // namespace karmen::gcode::archive
