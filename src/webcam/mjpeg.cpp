#include "webcam/mjpeg.hpp"

#include "base/text.hpp"
#include "http/header_value.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace karmen::webcam {

namespace {

constexpr std::size_t kHeaderBytesMax = 8UL * 1024;
constexpr std::size_t kDelimiterBytesMax = 200;  // RFC 2046 allows 72
constexpr std::string_view kStartOfJpeg = "\xff\xd8";
constexpr std::string_view kEndOfJpeg = "\xff\xd9";
constexpr std::string_view kDashes = "--";

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
    return text;
}

/// Some cameras fill up the last block of a picture with zeros.
bool ends_as_jpeg(std::string_view part) {
    while (part.ends_with('\0')) part.remove_suffix(1);
    return part.ends_with(kEndOfJpeg);
}

bool is_delimiter(std::string_view line) {
    return line.starts_with(kDashes) && line.size() <= kDelimiterBytesMax &&
           line.find_first_not_of('-') != std::string_view::npos;
}

}  // namespace

std::optional<std::string> mjpeg_boundary(std::string_view content_type) {
    // Some cameras write a semicolon at the end, without a parameter.
    while (content_type.ends_with(';') || content_type.ends_with(' ')) content_type.remove_suffix(1);
    const auto header = http::parse_header_value(content_type);
    if (!header || header->value != "multipart/x-mixed-replace") return std::nullopt;
    auto boundary = header->find("boundary");
    if (!boundary || boundary->find_first_not_of('-') == std::string::npos) return std::nullopt;
    return boundary;
}

MjpegParser::MjpegParser(std::optional<std::string> boundary, std::size_t picture_bytes_max)
    : picture_bytes_max_(picture_bytes_max) {
    if (!boundary) {
        enter(State::kFirstLine);
        return;
    }
    // A boundary that is declared with its dashes may be sent with two more of them, or without.
    is_boundary_dashed_ = boundary->starts_with(kDashes);
    delimiter_ = is_boundary_dashed_ ? std::move(*boundary) : std::string(kDashes).append(*boundary);
}

void MjpegParser::feed(std::string_view bytes) {
    picture_ = {};
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_.append(bytes);
}

MjpegParser::Event MjpegParser::next() {
    picture_ = {};
    for (;;) {
        const Event event = step();
        if (event != kGoOn || !picture_.empty()) return event;
    }
}

MjpegParser::Event MjpegParser::step() {
    switch (state_) {
        case State::kFirstLine:
            return find_boundary();
        case State::kSearch:
            return search_boundary();
        case State::kBoundaryLine:
            return read_boundary_line();
        case State::kHeader:
            return read_header();
        case State::kSizedPart:
            return read_sized_part();
        case State::kPart:
            return read_part();
        case State::kSinglePicture:
            return read_single_picture();
        case State::kEnd:
            return Event::kEnd;
        case State::kBroken:
            break;
    }
    return Event::kBroken;
}

MjpegParser::Event MjpegParser::finish() {
    picture_ = {};
    if (state_ == State::kBroken) return Event::kBroken;
    if (state_ == State::kFirstLine) return fail("this is neither MJPEG nor a JPEG");
    const bool may_be_whole = state_ == State::kPart || state_ == State::kSizedPart || state_ == State::kSinglePicture;
    const std::string_view part = may_be_whole ? part_before(unread().size()) : std::string_view();
    enter(State::kEnd);
    if (!part.starts_with(kStartOfJpeg) || !ends_as_jpeg(part)) return Event::kEnd;
    if (part.size() > picture_bytes_max_) return fail("a picture is too large");
    picture_ = part;
    return Event::kPicture;
}

void MjpegParser::enter(State state) {
    state_ = state;
    searched_ = 0;
    passed_ = 0;
}

MjpegParser::Event MjpegParser::fail(std::string_view problem) {
    problem_ = problem;
    enter(State::kBroken);
    return Event::kBroken;
}

MjpegParser::Event MjpegParser::find_boundary() {
    if (passed_ == 0) {
        if (unread().size() < kStartOfJpeg.size()) return Event::kNeedInput;
        is_single_picture_ = unread().starts_with(kStartOfJpeg);
        if (is_single_picture_) {
            enter(State::kSinglePicture);
            return kGoOn;
        }
    }
    while (const auto line = take_line()) {
        if (passed_ > kHeaderBytesMax) return fail("there is no boundary");
        const std::string_view text = trim(*line);
        if (!is_delimiter(text)) continue;
        delimiter_ = text;
        length_.reset();
        enter(State::kHeader);
        return kGoOn;
    }
    return passed_ + unread().size() > kHeaderBytesMax ? fail("there is no boundary") : Event::kNeedInput;
}

/// Its end is the end of the input.
MjpegParser::Event MjpegParser::read_single_picture() {
    return unread().size() > picture_bytes_max_ + 2 ? fail("a picture is too large") : Event::kNeedInput;
}

/// What stands before the first boundary, or between a part of known length and the next one.
MjpegParser::Event MjpegParser::search_boundary() {
    const auto found = find_delimiter();
    // Looked for also behind the limit, so that the outcome is the same whatever the pieces are cut like.
    if (passed_ + found.value_or(searched_) > picture_bytes_max_) return fail("there is no boundary");
    if (found) {
        at_ += *found + delimiter_.size();
        enter(State::kBoundaryLine);
        return kGoOn;
    }
    passed_ += searched_;
    at_ += searched_;
    searched_ = 0;
    return Event::kNeedInput;
}

MjpegParser::Event MjpegParser::read_boundary_line() {
    if (unread().size() < kDashes.size()) return Event::kNeedInput;
    if (unread().starts_with(kDashes)) {
        enter(State::kEnd);
        return Event::kEnd;
    }
    const bool is_whole = take_line().has_value();
    if ((is_whole ? passed_ : unread().size()) > kHeaderBytesMax) return fail("the line of a boundary is too long");
    if (!is_whole) return Event::kNeedInput;
    length_.reset();
    enter(State::kHeader);
    return kGoOn;
}

MjpegParser::Event MjpegParser::read_header() {
    while (const auto line = take_line()) {
        if (passed_ > kHeaderBytesMax) return fail("the header of a part is too large");
        if (!line->empty()) {
            take_header_line(*line);
            continue;
        }
        // A picture that is really too large shows that itself.
        const bool is_sized = length_ && are_lengths_right_ && *length_ >= kStartOfJpeg.size();
        enter(is_sized && *length_ <= picture_bytes_max_ ? State::kSizedPart : State::kPart);
        return kGoOn;
    }
    return passed_ + unread().size() > kHeaderBytesMax ? fail("the header of a part is too large") : Event::kNeedInput;
}

/// A length that is not a number is ignored: the boundary marks the end too.
void MjpegParser::take_header_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equals_ignoring_case(trim(line.substr(0, colon)), "Content-Length")) return;
    const auto length = parse_int(trim(line.substr(colon + 1)));
    if (length && *length >= 0) length_ = static_cast<std::size_t>(*length);
}

MjpegParser::Event MjpegParser::read_sized_part() {
    if (unread().size() < kStartOfJpeg.size()) return Event::kNeedInput;
    const bool is_jpeg = unread().starts_with(kStartOfJpeg);
    if (is_jpeg && ends_before_its_length()) return distrust_lengths();
    if (unread().size() < *length_) return Event::kNeedInput;
    const std::string_view part = unread().substr(0, *length_);
    if (is_jpeg && !ends_as_jpeg(part)) return distrust_lengths();
    at_ += part.size();
    enter(State::kSearch);
    return finish_part(part);
}

/// A whole picture and a delimiter stand where the length says that the picture goes on.
bool MjpegParser::ends_before_its_length() {
    while (const auto found = find_delimiter(*length_)) {
        if (ends_as_jpeg(part_before(*found))) return true;
        searched_ = *found + 1;
    }
    return false;
}

/// From here on only boundaries tell where a part ends.
MjpegParser::Event MjpegParser::distrust_lengths() {
    are_lengths_right_ = false;
    enter(State::kPart);
    return kGoOn;
}

MjpegParser::Event MjpegParser::read_part() {
    const auto found = find_delimiter();
    if (!found)
        return searched_ > picture_bytes_max_ + 2 * kDashes.size() ? fail("a picture is too large") : Event::kNeedInput;
    const std::string_view part = part_before(*found);
    at_ += *found + delimiter_.size();
    if (part.size() > picture_bytes_max_) return fail("a picture is too large");
    enter(State::kBoundaryLine);
    return finish_part(part);
}

std::string_view MjpegParser::part_before(std::size_t delimiter) const {
    std::string_view part = unread().substr(0, delimiter);
    if (is_boundary_dashed_) part = without_suffix(part, kDashes);
    return without_suffix(without_suffix(part, "\n"), "\r");
}

MjpegParser::Event MjpegParser::finish_part(std::string_view part) {
    if (part.starts_with(kStartOfJpeg)) picture_ = part;
    return kGoOn;
}

std::optional<std::string_view> MjpegParser::take_line() {
    const std::string_view rest = unread();
    if (rest.empty()) return std::nullopt;
    const auto* newline = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
    if (!newline) return std::nullopt;
    const auto length = static_cast<std::size_t>(newline - rest.data());
    at_ += length + 1;
    passed_ += length + 1;
    return without_suffix(rest.substr(0, length), "\r");
}

/// Looks only at what it has not seen: a picture that comes in many pieces is searched once.
std::optional<std::size_t> MjpegParser::find_delimiter(std::size_t bytes_max) {
    const std::string_view window = unread().substr(0, bytes_max);
    const std::string_view rest = window.substr(std::min(searched_, window.size()));
    // memmem of glibc compares many bytes at once; std::string_view::find stops at each first letter.
    if (const void* found = ::memmem(rest.data(), rest.size(), delimiter_.data(), delimiter_.size()))
        return searched_ + static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
    const std::size_t may_have_begun = std::min(rest.size(), delimiter_.size() - 1);
    searched_ += rest.size() - may_have_begun;
    return std::nullopt;
}

}  // namespace karmen::webcam
