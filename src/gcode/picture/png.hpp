#pragma once

#include "gcode/picture/qoi.hpp"

#include <optional>
#include <string>

namespace karmen::gcode::picture {

/// None if libpng refuses, as for a side of more than a million pixels.
std::optional<std::string> encode_png(const Pixels& pixels);

}  // namespace karmen::gcode::picture
