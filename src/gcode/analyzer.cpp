#include "gcode/analyzer.hpp"

#include "gcode/comment_rules.hpp"
#include "gcode/first_word.hpp"
#include "gcode/values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace karmen::gcode {

namespace {

/// Close reading: lines of a start (thumbnails, macros, purge lines), and before the first extrusion of a layer or
/// tool. Bounded, because a file without these marks would be read closely to its end.
constexpr unsigned kCloseLinesAtStart = 10000;
constexpr unsigned kCloseLinesInPrint = 200;
constexpr unsigned kCloseLinesOfFile = 100000;

/// False if the line that begins here certainly holds no fact; true if there are too few bytes to decide.
bool is_worth_reading(const char* at, const char* end, const CommentRules& rules) {
    while (at != end && is_blank(*at)) ++at;
    if (at == end) return true;
    if (*at == 'M') return end - at < 4 || HeaterCommands::is_command({at, 4});
    if (*at == ';') return static_cast<std::size_t>(end - at) <= kFirstWordPeek || rules.may_hold_fact(at + 1);
    return *at == 'T' || *at == 'N';
}

/// `N12 M104 S205*104` → `M104 S205*104`
std::string_view without_line_number(std::string_view line) {
    if (!line.starts_with('N')) return line;
    const std::size_t end = line.find_first_not_of("0123456789", 1);
    return end == std::string_view::npos || end == 1 ? std::string_view() : without_leading_blanks(line.substr(end));
}

/// `G1 X80.1 Y80.2 E.05`: a move along X or Y with a positive E.
bool is_extrusion(std::string_view line) {
    if (line.size() < 2 || line[0] != 'G' || line[1] < '0' || line[1] > '3') return false;
    line = line.substr(0, line.find(';'));
    const std::size_t e = line.find('E', 2);
    if (e == std::string_view::npos || line.find_first_of("XY", 2) == std::string_view::npos) return false;
    std::string_view amount = line.substr(e + 1);
    return take_number(amount).value_or(0) > 0;
}

}  // namespace

GcodeAnalyzer::GcodeAnalyzer(LineScan scan, const AnalysisLimits& limits)
    : scan_(scan), close_lines_(kCloseLinesAtStart), close_budget_(kCloseLinesOfFile) {
    findings_.thumbnails = ThumbnailIndex(limits);
    line_.reserve(kLineMaxBytes);
}

void GcodeAnalyzer::feed(std::span<const char> bytes) {
    if (bytes.empty()) return;
    const char* const end = bytes.data() + bytes.size();
    feed_ = bytes.data();
    const char* const begin = collecting_ ? collect(bytes.data(), end) : bytes.data();
    if (begin != end) {
        scan_lines(begin, end);
        // The next feed begins with a line, so the scan, which looks for a line end and what follows it, cannot find
        // it.
        if (ends_line(end[-1])) begin_collecting({end, 0});
    }
    fed_before_ += bytes.size();
}

GcodeAnalysis GcodeAnalyzer::finish() {
    return findings_.result();
}

/// Goes on with the line that the last feed began. Returns where the scan begins: at the line's end, or where enough of
/// the line is known.
const char* GcodeAnalyzer::collect(const char* begin, const char* end) {
    const auto room = static_cast<std::ptrdiff_t>(kLineMaxBytes - line_.size());
    const char* const stop = find_line_end(begin, begin + std::min(end - begin, room));
    line_.append(begin, stop);
    if (stop == end && line_.size() < kLineMaxBytes) return end;
    read_line(line_, line_at_, line_.data() + line_.size());
    line_.clear();
    collecting_ = false;
    return stop;
}

/// `begin` is in a line that was read, or at its end.
void GcodeAnalyzer::scan_lines(const char* begin, const char* end) {
    const char* at = read_closely_from(begin, end);
    // The last byte has nothing behind it, so it is not looked at.
    while (end - at > 1) at = scan_block(at, end);
}

/// Returns where to go on: behind the block, or where close reading ended.
const char* GcodeAnalyzer::scan_block(const char* begin, const char* end) {
    Starts starts;
    const std::size_t count = std::min<std::size_t>(static_cast<std::size_t>(end - begin) - 1, kScanBlock);
    const char* done = begin;
    for (const std::uint16_t start : find_facts(begin, count, end, starts)) {
        const char* const line = begin + start;
        if (line <= done) continue;  // read closely
        begin_line(line, end);
        if (close_lines_ > 0) done = read_closely_from(line, end);
    }
    return std::max(done, begin + count);
}

/// The lines of the block that are worth reading.
std::span<const std::uint16_t> GcodeAnalyzer::find_facts(const char* begin, std::size_t count, const char* end,
                                                         Starts& starts) {
    const std::size_t found = scan_(begin, count, starts.data());
    // Near the end there are too few bytes to decide.
    const auto end_of_found = starts.begin() + static_cast<std::ptrdiff_t>(found);
    const auto near_end = std::partition_point(starts.begin(), end_of_found, [&](std::uint16_t start) {
        return end - (begin + start) > std::ptrdiff_t{kFirstWordPeek};
    });
    const CommentRules::Kept kept = comment_rules_.keep_facts(begin, {starts.begin(), near_end});
    auto kept_end = starts.begin() + static_cast<std::ptrdiff_t>(kept.size);
    if (kept.elapsed != 0) {
        // If the last one has no usable value, an earlier one counts.
        if (!says_elapsed(begin + kept.elapsed, end)) return {starts.data(), scan_(begin, count, starts.data())};
        *kept_end = static_cast<std::uint16_t>(kept.elapsed);
        std::rotate(std::upper_bound(starts.begin(), kept_end, kept.elapsed), kept_end, kept_end + 1);
        ++kept_end;
    }
    return {starts.begin(), std::copy(near_end, end_of_found, kept_end)};
}

/// Whether the comment is a whole `;TIME_ELAPSED:` with a usable value.
bool GcodeAnalyzer::says_elapsed(const char* begin, const char* end) {
    const std::optional<double> before = std::exchange(findings_.cura_elapsed_s, std::nullopt);
    begin_line(begin, end);
    return std::exchange(findings_.cura_elapsed_s, before).has_value();
}

/// Reads the lines behind the one that `at` is in, until close reading ends. Returns where it ended: in a line that was
/// read, or `end`.
const char* GcodeAnalyzer::read_closely_from(const char* at, const char* end) {
    while (close_lines_ > 0 && end - at > 1) at = read_next_line(at, end);
    return at;
}

/// Reads the line behind the one that `at` is in; returns its beginning, or `end`.
const char* GcodeAnalyzer::read_next_line(const char* at, const char* end) {
    const char* const stop = find_line_end(at, end);
    if (end - stop <= 1) return end;
    const char* const window = stop + 1 + std::min<std::ptrdiff_t>(end - (stop + 1), kLineMaxBytes);
    const char* const line_end = find_line_end(stop + 1, window);
    const std::string_view line(stop + 1, line_end);
    if (line_end != end || line.size() == kLineMaxBytes) {
        read_line(line, place_of(line.data()), end);
        return line_end == window ? stop + 1 : line_end;
    }
    begin_collecting(line);
    return end;
}

/// `begin` is the beginning of a line that keep_facts() kept.
void GcodeAnalyzer::begin_line(const char* begin, const char* end) {
    const char* const window = begin + std::min<std::ptrdiff_t>(end - begin, kLineMaxBytes);
    if (*begin != ';' && !is_worth_reading(begin, window, comment_rules_)) return;
    const char* const stop = find_line_end(begin, window);
    const std::string_view line(begin, stop);
    if (stop == end && line.size() < kLineMaxBytes) return begin_collecting(line);
    read_line(line, place_of(begin), end);
}

/// `line` is what there is of it.
void GcodeAnalyzer::begin_collecting(std::string_view line) {
    line_ = line;
    line_at_ = place_of(line.data());
    collecting_ = true;
}

void GcodeAnalyzer::read_line(std::string_view line, std::uint64_t at, const char* end) {
    findings_.line = {at, at + line.size()};
    static constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    first_line_ = false;
    line = without_leading_blanks(line);
    if (line.starts_with(';')) {
        while (!line.empty() && (line[0] == ';' || is_blank(line[0]))) line.remove_prefix(1);
        read_comment_line(line, end);
    } else if (!line.empty()) {
        read_command(without_line_number(line));
    }
    if (close_lines_ == 0 || line.empty()) return;
    --close_lines_;
    --close_budget_;
    findings_.layers_are_read = close_budget_ > 0;
}

void GcodeAnalyzer::feed_comment(std::string_view comment) {
    read_comment_line(comment, comment.data() + comment.size());
}

void GcodeAnalyzer::read_comment_line(std::string_view comment, const char* end) {
    comment_rules_.read(comment, static_cast<std::size_t>(end - comment.data()), findings_);
    if (std::exchange(findings_.layer_began, false)) read_closely();
}

void GcodeAnalyzer::read_command(std::string_view line) {
    const bool is_close = close_lines_ > 0;
    if (line.starts_with('M') || (is_close && !line.starts_with('G')) || (is_close && line.starts_with("G10"))) {
        findings_.heaters.read(line);
    } else if (line.starts_with('T')) {
        findings_.heaters.read(line);
    } else if (is_close && is_extrusion(line)) {
        findings_.heaters.on_extrusion();
        if (findings_.heaters.in_layers()) close_lines_ = 0;
    }
    if (line.starts_with('T') && findings_.heaters.in_layers()) read_closely();
}

void GcodeAnalyzer::read_closely() {
    close_lines_ = std::max(close_lines_, std::min(kCloseLinesInPrint, close_budget_));
}

}  // namespace karmen::gcode
