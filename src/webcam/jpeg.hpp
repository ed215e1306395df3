#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen::webcam {

/// A JPEG decoder scales by eighths at no extra cost, so pictures are made only in these sizes.
inline constexpr int kFullSize = 8;

/// The smallest size, in eighths, at which the picture is at least `width` pixels wide; kFullSize if no other is. Reads
/// only the header. nullopt if this is not a JPEG that can be scaled. Any thread.
std::optional<int> eighths_for_width(std::string_view jpeg, int width);

/// The picture in that size; nullopt if it cannot be decoded, or has more than `pixels_max` pixels. Any thread.
std::optional<std::string> scaled_jpeg(std::string_view jpeg, int eighths, int pixels_max);

}  // namespace karmen::webcam
