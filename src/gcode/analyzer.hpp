#pragma once

#include "domain/gcode.hpp"
#include "gcode/comment_rules.hpp"
#include "gcode/findings.hpp"
#include "gcode/limits.hpp"
#include "gcode/line_scan.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace karmen::gcode {

/// Reads the facts that a slicer wrote into a g-code file: bytes in, facts out, in one pass and in bounded memory (at
/// most kLineMaxBytes of each line). Made for one file by the code that reads or receives it. Any thread, one at a
/// time. No content is an error: a value that makes no sense is ignored. The result does not depend on how the bytes
/// are cut into feed() calls.
///
/// Facts come from comments that fill a line (after blanks, if any). The first usable value of each fact counts; 0 is
/// not usable. Exceptions: the time of a file that has no total is its last `;TIME_ELAPSED:` (Cura), and temperatures
/// that no comment gives are taken from the heating commands (HeaterCommands says which). comment_rules.cpp lists the
/// comments. Of pictures only their places are kept (ThumbnailIndex). A last line without a line end may be cut, even
/// within a number, so it is ignored.
///
/// Nearly all lines of a file are moves, so most of the file is only scanned for comments and for M, N and T at the
/// beginning of a line. Every line is read (close reading) where moves and macros contain facts: at the beginning of
/// the file, and after the beginning of a layer or the selection of a tool, until the first extrusion.
class GcodeAnalyzer {
  public:
    /// The choice of the scan changes only the speed.
    explicit GcodeAnalyzer(LineScan scan = fastest_line_scan(), const AnalysisLimits& limits = {});

    void feed(std::span<const char> bytes);

    /// For formats that hold their metadata beside the g-code: the same as a comment `; key = value` of its slicer.
    void feed_comment(std::string_view comment);

    /// The facts of the whole input. REQUIRES: nothing is fed afterwards.
    GcodeAnalysis finish();

  private:
    using Starts = std::array<std::uint16_t, scan_room(kScanBlock)>;

    const char* collect(const char* begin, const char* end);
    void scan_lines(const char* begin, const char* end);
    const char* scan_block(const char* begin, const char* end);
    std::span<const std::uint16_t> find_facts(const char* begin, std::size_t count, const char* end, Starts& starts);
    bool says_elapsed(const char* begin, const char* end);
    const char* read_closely_from(const char* at, const char* end);
    const char* read_next_line(const char* at, const char* end);
    void begin_line(const char* begin, const char* end);
    void begin_collecting(std::string_view line);
    /// `at`: its place in the file. Up to `end` bytes can be read, which may be more than the line's.
    void read_line(std::string_view line, std::uint64_t at, const char* end);
    void read_comment_line(std::string_view comment, const char* end);
    std::uint64_t place_of(const char* at) const { return fed_before_ + static_cast<std::uint64_t>(at - feed_); }
    void read_command(std::string_view line);
    void read_closely();

    LineScan scan_;
    CommentRules comment_rules_;
    Findings findings_;
    /// The beginning of a line whose end has not come yet. Lines that cannot hold a fact are not kept.
    std::string line_;
    std::uint64_t line_at_ = 0;
    bool collecting_ = true;
    bool first_line_ = true;
    const char* feed_ = nullptr;    ///< where the bytes begin that are being fed
    std::uint64_t fed_before_ = 0;  ///< bytes before those
    /// How many lines are still read closely, now and in all.
    unsigned close_lines_;
    unsigned close_budget_;
};

}  // namespace karmen::gcode
