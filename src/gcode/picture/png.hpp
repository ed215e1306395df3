#pragma once

#include "gcode/picture/qoi.hpp"

#include <optional>
#include <string>

namespace karmen::gcode::picture {

/// nullopt if libpng refuses, for example a side of more than a million pixels.
std::optional<std::string> encode_png(const Pixels& pixels);

}  // namespace karmen::gcode::picture
