#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::webcam {

/// The boundary of a `Content-Type: multipart/x-mixed-replace; boundary=…`; nullopt for anything else.
std::optional<std::string> mjpeg_boundary(std::string_view content_type);

/// Takes the pictures out of a stream of JPEG parts (multipart/x-mixed-replace: RFC 2046 §5.1 without an end), as
/// mjpg-streamer, ustreamer, motion, ffmpeg, VLC and the small cameras send it: with and without Content-Length, with a
/// Content-Length that is wrong, with the dashes of the delimiter declared as part of the boundary, with a boundary
/// that is not declared at all, with LF for CRLF. Parts that are not JPEG are skipped. If no boundary is declared, a
/// body that begins as a JPEG is one picture. Does no I/O; holds at most one picture. Use: call `next()` until it
/// returns something other than kPicture; after kNeedInput call `feed()`, or `finish()` at the end of the input. Not
/// thread-safe. Throws nothing of its own.
class MjpegParser {
  public:
    enum class Event {
        kNeedInput,
        kPicture,  ///< picture()
        kEnd,      ///< the closing boundary was read, or the input is over; the rest is ignored
        kBroken,   ///< this is not such a stream, or a part is too large: see problem()
    };

    /// `boundary` as in the Content-Type, without quotes. If it is nullopt, the first line that begins with two dashes
    /// defines it.
    MjpegParser(std::optional<std::string> boundary, std::size_t picture_bytes_max);

    void feed(std::string_view bytes);
    Event next();
    /// The input is over; kPicture if its end is the end of a picture.
    Event finish();

    /// Whole; stays until next() or feed().
    std::string_view picture() const { return picture_; }
    std::string_view problem() const { return problem_; }
    /// The body is one picture, not a stream.
    bool is_single_picture() const { return is_single_picture_; }

  private:
    enum class State { kFirstLine, kSearch, kBoundaryLine, kHeader, kSizedPart, kPart, kSinglePicture, kEnd, kBroken };

    Event step();
    Event find_boundary();
    Event search_boundary();
    Event read_boundary_line();
    Event read_header();
    Event read_sized_part();
    Event read_part();
    Event read_single_picture();
    /// The state has changed: go on. Otherwise what next() gives.
    static constexpr Event kGoOn = Event::kPicture;

    std::string_view unread() const { return std::string_view(buffer_).substr(at_); }
    /// Up to the next LF, without its line end; nullopt if it has not come yet.
    std::optional<std::string_view> take_line();
    void take_header_line(std::string_view line);
    /// Within the first `bytes_max` unread bytes.
    std::optional<std::size_t> find_delimiter(std::size_t bytes_max = std::string::npos);
    /// The unread bytes up to there, without what belongs to the delimiter.
    std::string_view part_before(std::size_t delimiter) const;
    bool ends_before_its_length();
    Event distrust_lengths();
    void enter(State state);
    Event finish_part(std::string_view part);
    Event fail(std::string_view problem);

    const std::size_t picture_bytes_max_;
    bool is_boundary_dashed_ = false;
    std::string delimiter_;
    std::string buffer_;
    std::size_t at_ = 0;        ///< what stands before is used up
    std::size_t searched_ = 0;  ///< no delimiter begins in so many bytes after at_
    std::size_t passed_ = 0;    ///< bytes of this state that are used up already
    State state_ = State::kSearch;
    std::optional<std::size_t> length_;  ///< of the part, as its header has it
    bool are_lengths_right_ = true;      ///< until one was wrong
    bool is_single_picture_ = false;
    std::string_view picture_;
    std::string_view problem_;
};

}  // namespace karmen::webcam
