#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karmen::http {

struct MultipartLimits {
    std::size_t part_header_bytes_max = 8UL * 1024;
    std::size_t parts_max = 1000;
};

/// What stands before the data of one part.
struct Part {
    std::string name;  ///< empty if it has none, or is not a field of a form
    /// As the client wrote it, folders included; if it is not UTF-8, it is read as Latin-1.
    std::optional<std::string> filename;
    bool has_extended_filename = false;  ///< it came as `filename*`
    std::string content_type;            ///< empty when it does not say
};

/// Reads multipart/form-data (RFC 7578, RFC 2046 §5.1) piece by piece; the pieces may be cut anywhere. Does no I/O and
/// holds no data of parts: memory is bounded by the limits. Use: `next()` until kNeedInput, then `feed()` or
/// `finish()`, again. Not thread-safe. All functions throw Error(kMalformedBody) if the input breaks the format or a
/// limit.
class MultipartParser {
  public:
    enum class Event {
        kNeedInput,  ///< what was fed is used up
        kPart,       ///< a part begins: part()
        kData,       ///< a piece of its data, never empty: data()
        kPartEnd,
        kEnd,  ///< the closing boundary was read; what follows is skipped
    };

    /// `boundary` as in the Content-Type, without quotes.
    explicit MultipartParser(std::string_view boundary, const MultipartLimits& limits = {});

    Event next();

    /// `input` must stay until next() gives kNeedInput.
    void feed(std::string_view input) { input_ = input; }

    /// The body is over: throws when its closing boundary has not come.
    void finish() const;

    const Part& part() const { return part_; }
    std::string_view data() const { return data_; }

  private:
    enum class State { kPreamble, kData, kAfterBoundary, kCloseDash, kBlanks, kLineFeed, kHeader, kEnd };
    enum class Search { kUsedUp, kData, kBoundary };

    Search search_boundary();
    Search continue_match();
    void read_after_boundary();
    bool read_header();

    std::string delimiter_;  ///< `\r\n--boundary`
    MultipartLimits limits_;
    State state_ = State::kPreamble;
    std::string_view input_;
    std::size_t matched_ =
        2;  ///< bytes of the delimiter at the end of earlier input; at first its line break is not there
    std::size_t parts_ = 0;
    std::string header_;
    Part part_;
    std::string_view data_;
};

/// The boundary that a Content-Type of multipart/form-data names. Throws Error(kMalformedBody) for all others.
std::string multipart_boundary(std::string_view content_type);

/// The parts of a request body, one after the other. Loop only; must not outlive the body. Throws as RequestBody and
/// MultipartParser.
class MultipartReader {
  public:
    /// `content_type` of the request; throws as multipart_boundary.
    MultipartReader(RequestBody& body, std::string_view content_type, const MultipartLimits& limits = {});

    /// Skips the rest of the current part. nullopt after the last part; then the body was read to its end.
    Awaitable<std::optional<Part>> next_part();

    /// A piece of the current part's data, good until the next call; empty at its end.
    Awaitable<std::span<const char>> read_some();

  private:
    Awaitable<MultipartParser::Event> next_event();

    RequestBody& body_;
    MultipartParser parser_;
    std::string buffer_;
    bool is_in_part_ = false;
};

}  // namespace karmen::http
