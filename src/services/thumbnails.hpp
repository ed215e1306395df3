#pragma once

#include "domain/thumbnail.hpp"
#include "gcode/picture/picture.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "services/gcodes.hpp"

#include <cstdint>

namespace karmen::services {

struct ThumbnailLimits {
    std::uint64_t bytes_max;   ///< that a picture may take in its file
    std::uint64_t pixels_max;  ///< of one that must be converted
};

/// The pictures in g-code files. Loop only.
class Thumbnails {
  public:
    Thumbnails(Gcodes& gcodes, Pool& files, ThumbnailLimits limits) : gcodes_(gcodes), files_(files), limits_(limits) {}

    /// One that is in a file, not read yet.
    struct Found {
        Gcodes::Content content;
        Thumbnail thumbnail;
    };
    /// Throws Error: kGcodeNotFound, also when the file is gone from the disk; kThumbnailNotFound.
    Awaitable<Found> find(std::int64_t gcode, WantedThumbnail wanted);

    /// Throws Error(kThumbnailUnreadable) for what is no picture, or above the limits.
    Awaitable<gcode::picture::Picture> read(const Found& found);

  private:
    Gcodes& gcodes_;
    Pool& files_;
    ThumbnailLimits limits_;
};

}  // namespace karmen::services
