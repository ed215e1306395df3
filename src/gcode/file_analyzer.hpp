#pragma once

#include "domain/gcode.hpp"
#include "domain/gcode_format.hpp"
#include "gcode/analyzer.hpp"
#include "gcode/seekable_file.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

namespace karmen::gcode {

/// The facts of a file, or why there are none, for people.
using FileAnalysis = std::expected<GcodeAnalysis, std::string>;

/// Analyses a file of any format. Made for one file by the one who reads or receives it. Any thread, one at a time. No
/// content makes it throw; what the file's read_at throws leaves finish().
///
/// Text is analysed by GcodeAnalyzer. Of binary g-code the metadata is read as if it stood in comments; the g-code is
/// passed over. An archive is read at its end, as its directory stands there: the facts are those of the g-code of its
/// first plate. A text cannot be damaged; in the other formats anything that is makes an error, and the facts that were
/// read before it count for nothing.
class FileAnalyzer {
  public:
    /// An archive whose g-code is larger than `unpacked_bytes_max` is not analysed.
    FileAnalyzer(GcodeFormat format, std::uint64_t unpacked_bytes_max);
    ~FileAnalyzer();

    void feed(std::span<const char> bytes);
    /// `file` is what was fed. Nothing may be fed after it.
    FileAnalysis finish(const SeekableFile& file);

  private:
    class BinaryFile;

    GcodeFormat format_;
    std::uint64_t unpacked_bytes_max_;
    GcodeAnalyzer analyzer_;
    std::unique_ptr<BinaryFile> binary_;  ///< of binary g-code
};

}  // namespace karmen::gcode
