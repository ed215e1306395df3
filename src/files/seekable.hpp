#pragma once

#include "base/file_descriptor.hpp"
#include "gcode/seekable_file.hpp"

#include <cstdint>

namespace karmen::files {

/// The first `size_bytes` of a file on the disk, for an analysis. Throws as throw_errno if they cannot be read.
/// REQUIRES: `file` stays open.
gcode::SeekableFile seekable(const FileDescriptor& file, std::uint64_t size_bytes);

}  // namespace karmen::files
