#pragma once

#include "domain/thumbnail.hpp"
#include "gcode/limits.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace karmen::gcode {

/// Where the pictures of a text file are, from the comments around them:
///
///     ; thumbnail begin 300x300 12345
///     ; iVBORw0KGgoAAAANSUhEUgAAASwAAA…
///     ; thumbnail end
///
/// The first two numbers are the width and the height, separated by `x`, `*` or a blank; further numbers are ignored. A
/// picture without an end (in a cut file) or beyond the limits (limits.hpp) is left out.
class ThumbnailIndex {
  public:
    explicit ThumbnailIndex(const AnalysisLimits& limits = {}) : limits_(limits) {}

    /// `size`: what stands behind `begin`. `end_of_line`: the place in the file, bytes.
    void begin(Thumbnail::Format format, std::string_view size, std::uint64_t end_of_line);
    void end(std::uint64_t begin_of_line);
    /// A picture from elsewhere, unless it is beyond the limits.
    void add(Thumbnail picture);

    const std::vector<Thumbnail>& found() const { return found_; }

  private:
    AnalysisLimits limits_;
    std::vector<Thumbnail> found_;
    std::optional<Thumbnail> open_;  ///< has begun, not ended
};

}  // namespace karmen::gcode
