#include "http/multipart.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/header_value.hpp"

#include <algorithm>
#include <cstring>

namespace karmen::http {

namespace {

constexpr std::size_t kBufferBytes = 64UL * 1024;
constexpr auto kNoLineEnd = "A boundary or header line of the multipart body does not end in CR LF";

[[noreturn]] void refuse(std::string message) {
    throw Error(ErrorCode::kMalformedBody, PublicMessage{std::move(message)});
}

/// How many bytes at the end of `text` are the beginning of `delimiter`. Its line break stands only at its beginning,
/// so that the last CR decides.
std::size_t partial_match(std::string_view text, std::string_view delimiter) {
    const std::string_view tail = text.substr(text.size() - std::min(text.size(), delimiter.size() - 1));
    const std::size_t cr = tail.rfind('\r');
    if (cr == std::string_view::npos || !delimiter.starts_with(tail.substr(cr))) return 0;
    return tail.size() - cr;
}

Part parse_part_header(std::string_view header) {
    Part part;
    while (!header.empty()) {
        const std::size_t end = header.find("\r\n");
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(end + 2);
        const std::size_t colon = line.find(':');
        if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) refuse(kNoLineEnd);
        if (colon == std::string_view::npos) refuse("A part of the multipart body has a header line without a colon");
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = trim(line.substr(colon + 1));
        if (equals_ignoring_case(name, "Content-Type")) {
            part.content_type = value;
        } else if (equals_ignoring_case(name, "Content-Disposition")) {
            const auto disposition = parse_header_value(value);
            if (!disposition) refuse("A part of the multipart body has a Content-Disposition that cannot be read");
            if (disposition->value != "form-data") continue;
            part.name = disposition->find("name").value_or("");
            part.filename = disposition->find("filename");
            if (part.filename && !is_valid_utf8(*part.filename)) part.filename = latin1_to_utf8(*part.filename);
            part.has_extended_filename = disposition->find("filename*").has_value();
        }
    }
    return part;
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, const MultipartLimits& limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

/// Continues a delimiter that began in earlier input. If it is not a delimiter after all, its bytes are data; they need
/// not be stored, because they are the beginning of the delimiter.
MultipartParser::Search MultipartParser::continue_match() {
    while (!input_.empty() && matched_ < delimiter_.size()) {
        if (input_.front() != delimiter_[matched_]) {
            data_ = std::string_view(delimiter_).substr(0, matched_);
            matched_ = 0;
            return Search::kData;
        }
        ++matched_;
        input_.remove_prefix(1);
    }
    if (matched_ < delimiter_.size()) return Search::kUsedUp;
    matched_ = 0;
    return Search::kBoundary;
}

MultipartParser::Search MultipartParser::search_boundary() {
    if (matched_ > 0) return continue_match();
    if (input_.empty()) return Search::kUsedUp;
    const void* found = ::memmem(input_.data(), input_.size(), delimiter_.data(), delimiter_.size());
    if (found == input_.data()) {
        input_.remove_prefix(delimiter_.size());
        return Search::kBoundary;
    }
    const std::size_t clear = found ? static_cast<std::size_t>(static_cast<const char*>(found) - input_.data())
                                    : input_.size() - partial_match(input_, delimiter_);
    if (!found) matched_ = input_.size() - clear;
    data_ = input_.substr(0, clear);
    input_.remove_prefix(found ? clear : input_.size());
    return data_.empty() ? Search::kUsedUp : Search::kData;
}

/// Collects the header of a part; true when it is complete.
bool MultipartParser::read_header() {
    while (!input_.empty()) {
        const std::size_t line = std::min(input_.find('\n'), input_.size() - 1) + 1;
        header_.append(input_.substr(0, line));
        input_.remove_prefix(line);
        if (header_.size() > limits_.part_header_bytes_max)
            refuse("A part of the multipart body has too long a header");
        if (header_.ends_with("\r\n\r\n")) return true;
        if (header_.ends_with('\n') && !header_.ends_with("\r\n")) refuse(kNoLineEnd);
    }
    return false;
}

/// One byte between a boundary and the line break after it.
void MultipartParser::read_after_boundary() {
    const char c = input_.front();
    input_.remove_prefix(1);
    const bool is_blank = c == ' ' || c == '\t';
    if (state_ == State::kAfterBoundary && c == '-') {
        state_ = State::kCloseDash;
    } else if (state_ == State::kCloseDash && c == '-') {
        state_ = State::kEnd;
    } else if (state_ == State::kLineFeed && c == '\n') {
        if (++parts_ > limits_.parts_max) refuse("The multipart body has too many parts");
        // The line break of the boundary is also the one before an empty header.
        header_ = "\r\n";
        state_ = State::kHeader;
    } else if ((state_ == State::kAfterBoundary || state_ == State::kBlanks) && (is_blank || c == '\r')) {
        state_ = is_blank ? State::kBlanks : State::kLineFeed;
    } else {
        refuse(kNoLineEnd);
    }
}

MultipartParser::Event MultipartParser::next() {
    for (;;) {
        const State before = state_;
        switch (state_) {
            case State::kPreamble:
            case State::kData: {
                const Search found = search_boundary();
                if (found == Search::kUsedUp) return Event::kNeedInput;
                if (found == Search::kBoundary) state_ = State::kAfterBoundary;
                if (before == State::kPreamble) break;
                return found == Search::kData ? Event::kData : Event::kPartEnd;
            }
            case State::kHeader:
                if (!read_header()) return Event::kNeedInput;
                part_ = parse_part_header(std::string_view(header_).substr(2, header_.size() - 4));
                state_ = State::kData;
                return Event::kPart;
            case State::kEnd:
                input_ = {};
                return Event::kNeedInput;
            default:
                if (input_.empty()) return Event::kNeedInput;
                read_after_boundary();
                if (state_ == State::kEnd) return Event::kEnd;
        }
    }
}

void MultipartParser::finish() const {
    if (state_ != State::kEnd) refuse("The multipart body ends before its closing boundary");
}

std::string multipart_boundary(std::string_view content_type) {
    const auto parsed = parse_header_value(content_type);
    if (!parsed || parsed->value != "multipart/form-data") refuse("The body must be multipart/form-data");
    const auto boundary = parsed->find("boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70 || boundary->find_first_of("\r\n") != std::string::npos)
        refuse("The Content-Type of the multipart body has no usable boundary");
    return *boundary;
}

MultipartReader::MultipartReader(RequestBody& body, std::string_view content_type, const MultipartLimits& limits)
    : body_(body), parser_(multipart_boundary(content_type), limits) {}

Awaitable<MultipartParser::Event> MultipartReader::next_event() {
    for (;;) {
        const MultipartParser::Event event = parser_.next();
        if (event != MultipartParser::Event::kNeedInput) co_return event;
        buffer_.resize(kBufferBytes);
        const std::size_t got = co_await body_.read_some(buffer_);
        if (got == 0) {
            parser_.finish();
            co_return MultipartParser::Event::kEnd;
        }
        parser_.feed(std::string_view(buffer_).substr(0, got));
    }
}

Awaitable<std::optional<Part>> MultipartReader::next_part() {
    for (;;) {
        const MultipartParser::Event event = co_await next_event();
        is_in_part_ = event == MultipartParser::Event::kPart;
        if (is_in_part_) co_return parser_.part();
        if (event != MultipartParser::Event::kEnd) continue;
        // What follows the closing boundary is read too, so that the connection can be used again.
        while (co_await body_.read_some(buffer_) > 0) continue;
        co_return std::nullopt;
    }
}

Awaitable<std::span<const char>> MultipartReader::read_some() {
    if (!is_in_part_) co_return std::span<const char>{};
    const MultipartParser::Event event = co_await next_event();
    is_in_part_ = event == MultipartParser::Event::kData;
    co_return is_in_part_ ? std::span<const char>(parser_.data()) : std::span<const char>{};
}

}  // namespace karmen::http
