#include "gcode/limits.hpp"

#include <cmath>

namespace karmen::gcode {

std::optional<double> usable(std::optional<double> value, double max) {
    if (!value || !std::isfinite(*value) || *value < 0 || *value > max) return std::nullopt;
    const double rounded = std::round(*value * 1e6) / 1e6;
    return rounded > 0 ? std::optional(rounded) : std::nullopt;
}

void keep_first(std::optional<double>& kept, std::optional<double> value, double max) {
    if (!kept) kept = usable(value, max);
}

void keep_last(std::optional<double>& kept, std::optional<double> value, double max) {
    if (const std::optional<double> good = usable(value, max)) kept = good;
}

}  // namespace karmen::gcode
