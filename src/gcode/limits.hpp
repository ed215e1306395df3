#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace karmen::gcode {

/// What operators may set (`files.*` of the configuration).
struct AnalysisLimits {
    /// Larger G-code in an archive is not analysed.
    std::uint64_t unpacked_bytes_max = 512ULL * 1024 * 1024;
    /// A slicer writes a few small pictures. Those that take more room in the file, and those after that many, are left
    /// out.
    std::uint64_t thumbnail_bytes_max = 4ULL * 1024 * 1024;
    std::size_t thumbnails_max = 16;
};

// The others are fixed, because nobody gains anything from another value.

/// A higher value is not a fact about a print, but a mistake or an attack: no printer comes near.
inline constexpr double kTemperatureMax = 1000;          // °C
inline constexpr double kLengthMaxMm = 1e9;              // 1000 km
inline constexpr double kVolumeMaxCm3 = 1e7;             // 10 m³
inline constexpr double kTimeMaxS = 10.0 * 365 * 86400;  // ten years
inline constexpr double kNozzleMaxMm = 100;
inline constexpr double kLayerMaxMm = 100;
inline constexpr double kLayersMax = 1e7;
/// Names of slicers, printers and materials are shorter.
inline constexpr std::size_t kTextMaxBytes = 128;

/// How much of a line is looked at: the memory of the parser. The longest known comment that holds a fact has a few
/// hundred bytes.
inline constexpr std::size_t kLineMaxBytes = 4096;

/// Pixels, as the file states them. How large a picture may be that is converted is `files.thumbnail_max_pixels`.
inline constexpr unsigned kThumbnailSideMax = 8192;

/// `value`, rounded to remove the noise of binary fractions; nullopt if it is zero or out of range.
std::optional<double> usable(std::optional<double> value, double max);

/// Keeps the first usable value of a file.
void keep_first(std::optional<double>& kept, std::optional<double> value, double max);
/// Keeps the last one.
void keep_last(std::optional<double>& kept, std::optional<double> value, double max);

}  // namespace karmen::gcode
