#pragma once

#include "domain/gcode.hpp"
#include "domain/gcode_format.hpp"
#include "gcode/analyzer.hpp"
#include "gcode/limits.hpp"
#include "gcode/seekable_file.hpp"

#include <expected>
#include <memory>
#include <span>
#include <string>

namespace karmen::gcode {

/// The facts of a file, or the reason why there are none, for people.
using FileAnalysis = std::expected<GcodeAnalysis, std::string>;

/// Analyses a file of any format. Made for one file by the code that reads or receives it. Any thread, one at a time.
/// No content makes it throw; exceptions of the file's read_at leave finish().
///
/// GcodeAnalyzer analyses text. The metadata of binary g-code is read as if it were comments, and its g-code is
/// skipped. An archive is read when it is complete, because its directory is at the end: the facts are those of the
/// g-code of its first plate. Text cannot be damaged. In the other formats any damage is an error, and facts that were
/// read before it are dropped.
class FileAnalyzer {
  public:
    FileAnalyzer(GcodeFormat format, const AnalysisLimits& limits);
    ~FileAnalyzer();

    void feed(std::span<const char> bytes);
    /// REQUIRES: `file` has the bytes that were fed, and nothing is fed afterwards.
    FileAnalysis finish(const SeekableFile& file);

  private:
    class BinaryFile;

    GcodeFormat format_;
    AnalysisLimits limits_;
    GcodeAnalyzer analyzer_;
    std::unique_ptr<BinaryFile> binary_;  ///< of binary g-code
};

}  // namespace karmen::gcode
