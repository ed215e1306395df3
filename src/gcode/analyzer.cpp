#include "gcode/analyzer.hpp"

#include "gcode/comment_rules.hpp"
#include "gcode/limits.hpp"

#include <algorithm>
#include <array>

namespace karmen::gcode {

namespace {

constexpr bool ends_line(char c) {
    return c == '\n' || c == '\r';
}
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// False when the line that begins here surely holds no fact. Where too few bytes are there to tell, true.
bool is_worth_reading(const char* at, const char* end) {
    while (at != end && is_blank(*at)) ++at;
    if (at == end) return true;
    if (*at == 'M') return end - at < 4 || HeaterCommands::is_command({at, 4});
    if (*at != ';') return false;
    while (at != end && (is_blank(*at) || *at == ';')) ++at;
    return may_hold_fact({at, end});
}

}  // namespace

GcodeAnalyzer::GcodeAnalyzer(LineScan scan) : scan_(scan) {
    line_.reserve(kLineMaxBytes);
}

void GcodeAnalyzer::feed(std::span<const char> bytes) {
    if (bytes.empty()) return;
    const char* const end = bytes.data() + bytes.size();
    const char* const begin = collecting_ ? collect(bytes.data(), end) : bytes.data();
    if (begin == end) return;
    scan_lines(begin, end);
    // The next feed begins with a line, so the scan, which looks for a line end and what follows it, cannot find it.
    if (ends_line(end[-1])) collecting_ = true;
}

GcodeAnalysis GcodeAnalyzer::finish() {
    if (collecting_) read_line(line_);
    collecting_ = false;
    return findings_.result();
}

/// Goes on with the line that the last feed began. Returns where the scan begins: at the line's end, or where enough of
/// the line is known.
const char* GcodeAnalyzer::collect(const char* begin, const char* end) {
    const auto room = static_cast<std::ptrdiff_t>(kLineMaxBytes - line_.size());
    const char* const stop = std::find_if(begin, begin + std::min(end - begin, room), ends_line);
    line_.append(begin, stop);
    if (stop == end && line_.size() < kLineMaxBytes) return end;
    read_line(line_);
    line_.clear();
    collecting_ = false;
    return stop;
}

void GcodeAnalyzer::scan_lines(const char* begin, const char* end) {
    std::array<std::uint16_t, kScanBlock / 2 + 1> starts;
    // The last byte has nothing behind it, so it is not looked at.
    for (const char* at = begin; end - at > 1;) {
        const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(end - at) - 1, kScanBlock);
        const std::size_t found = scan_(at, count, starts.data());
        for (std::size_t i = 0; i < found; ++i) begin_line(at + starts[i], end);
        at += count;
    }
}

void GcodeAnalyzer::begin_line(const char* begin, const char* end) {
    const char* const window = begin + std::min<std::ptrdiff_t>(end - begin, kLineMaxBytes);
    if (!is_worth_reading(begin, window)) return;
    const char* const stop = std::find_if(begin, window, ends_line);
    const std::string_view line(begin, stop);
    if (stop == end && line.size() < kLineMaxBytes) {
        line_ = line;
        collecting_ = true;
        return;
    }
    read_line(line);
}

void GcodeAnalyzer::read_line(std::string_view line) {
    static constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    first_line_ = false;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with(';')) {
        line.remove_prefix(std::min(line.find_first_not_of("; \t"), line.size()));
        read_comment(line, findings_);
    } else if (line.starts_with('M')) {
        findings_.heaters.read(line);
    }
}

}  // namespace karmen::gcode
