#pragma once

#include "domain/thumbnail.hpp"
#include "gcode/picture/picture.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "services/gcodes.hpp"

#include <cstdint>

namespace karmen::services {

struct ThumbnailLimits {
    std::uint64_t bytes_max;   ///< of a picture within its file
    std::uint64_t pixels_max;  ///< of a picture that must be converted
};

/// The pictures in g-code files. Loop only.
class Thumbnails {
  public:
    Thumbnails(Gcodes& gcodes, Pool& files, ThumbnailLimits limits) : gcodes_(gcodes), files_(files), limits_(limits) {}

    /// A picture in a file that was not read yet.
    struct Found {
        Gcodes::Content content;
        Thumbnail thumbnail;
    };
    /// Throws Error: kGcodeNotFound, also if the file is missing on the disk; kThumbnailNotFound.
    Awaitable<Found> find(std::int64_t gcode, WantedThumbnail wanted);

    /// Throws Error(kThumbnailUnreadable) if it is not a picture, or beyond the limits.
    Awaitable<gcode::picture::Picture> read(const Found& found);

  private:
    Gcodes& gcodes_;
    Pool& files_;
    ThumbnailLimits limits_;
};

}  // namespace karmen::services
