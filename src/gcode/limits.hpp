#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace karmen::gcode {

/// A higher value is not a fact about a print, but a mistake or an attack.
inline constexpr double kTemperatureMax = 1000;          // °C
inline constexpr double kLengthMaxMm = 1e9;              // 1000 km
inline constexpr double kVolumeMaxCm3 = 1e7;             // 10 m³
inline constexpr double kTimeMaxS = 10.0 * 365 * 86400;  // ten years
inline constexpr double kNozzleMaxMm = 100;
inline constexpr double kLayerMaxMm = 100;
inline constexpr double kLayersMax = 1e7;
inline constexpr std::size_t kTextMaxBytes = 128;

/// How much of a line is looked at. The longest known comment that holds a fact has a few hundred bytes.
inline constexpr std::size_t kLineMaxBytes = 4096;

/// A slicer writes a few small pictures; pictures beyond these limits are left out.
inline constexpr std::size_t kThumbnailsMax = 16;
inline constexpr std::uint64_t kThumbnailBytesMax = 4ULL * 1024 * 1024;  // in the file
inline constexpr unsigned kThumbnailSideMax = 8192;                      // pixels

/// `value`, rounded to remove the noise of binary fractions; nullopt if it is zero or out of range.
std::optional<double> usable(std::optional<double> value, double max);

/// Keeps the first usable value of a file.
void keep_first(std::optional<double>& kept, std::optional<double> value, double max);
/// Keeps the last one.
void keep_last(std::optional<double>& kept, std::optional<double> value, double max);

}  // namespace karmen::gcode
