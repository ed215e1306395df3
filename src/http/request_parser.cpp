#include "http/request_parser.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>

namespace karmen::http {

namespace beast_http = boost::beast::http;

namespace {

[[noreturn]] void refuse(std::string why) {
    throw Error(ErrorCode::kMalformedBody, PublicMessage{"The request is not valid HTTP/1.1: " + std::move(why)});
}

}  // namespace

std::size_t HeaderScan::find_end(std::string_view bytes) {
    for (;;) {
        const std::size_t feed = bytes.find('\n', scanned_);
        if (feed == std::string_view::npos) {
            scanned_ = bytes.size();
            return 0;
        }
        if (feed == 0 || bytes[feed - 1] != '\r') refuse("a line does not end in CR LF");
        if (bytes.substr(0, feed).ends_with("\r\n\r")) return feed + 1;
        // The byte after the line break decides, so it must have come, too.
        if (feed + 1 == bytes.size()) {
            scanned_ = feed;
            return 0;
        }
        if (bytes[feed + 1] == ' ' || bytes[feed + 1] == '\t') refuse("a header line is folded");
        scanned_ = feed + 1;
    }
}

RequestParser::RequestParser(Request& request) : request_(request) {
    eager(false);
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
}

void RequestParser::parse_header(std::string_view header) {
    error_code error;
    put(boost::asio::buffer(header), error);
    if (has_unknown_coding_)
        throw Error(ErrorCode::kNotImplemented, PublicMessage{"Of transfer codings only chunked is known, and once"});
    if (error) refuse(error.message());
    if (!is_header_done()) refuse("the header is cut");
}

std::optional<std::uint64_t> RequestParser::promised() const {
    if (chunked()) return std::nullopt;
    const auto length = content_length();
    return length ? *length : 0;
}

std::uint64_t RequestParser::remaining() const {
    const auto left = content_length_remaining();
    return left ? *left : 0;
}

RequestParser::Progress RequestParser::parse_body(std::string_view input, std::span<char> output) {
    output_ = output;
    given_ = 0;
    std::size_t used = 0;
    while (!is_done() && used < input.size() && given_ < output_.size()) {
        error_code error;
        const std::size_t step = put(boost::asio::buffer(input.substr(used)), error);
        used += step;
        if (error == beast_http::error::need_more) break;
        if (error) refuse(error.message());
    }
    return {used, given_};
}

void RequestParser::on_request_impl(beast_http::verb, string_view method_text, string_view target, int version,
                                    error_code&) {
    request_.method = method_text;
    request_.target = target;
    version_ = version;
}

void RequestParser::on_field_impl(field name, string_view name_text, string_view value, error_code& error) {
    // Trailers come after the body. They are ignored: nothing needs them, and in the header they could fake fields.
    if (is_header_read_) return;
    if (name == field::content_length) {
        if (has_length_ || value.find(',') != string_view::npos) error = beast_http::error::multiple_content_length;
        has_length_ = true;
    }
    if (name == field::host) {
        // RFC 9112 §3.2 also requires at least one, but clients of 0.0.13 came without.
        if (has_host_) error = beast_http::error::bad_value;
        has_host_ = true;
    }
    if (name == field::transfer_encoding) {
        has_unknown_coding_ |= has_transfer_encoding_ || !equals_ignoring_case(trim(value), "chunked");
        has_transfer_encoding_ = true;
    }
    request_.headers.add(std::string(name_text), std::string(value));
}

void RequestParser::on_header_impl(error_code& error) {
    is_header_read_ = true;
    // An encoding that we do not know, or that does not end in chunked, leaves the length of the body open.
    if (has_transfer_encoding_ && (!chunked() || version_ == 10)) error = beast_http::error::bad_transfer_encoding;
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
    const std::size_t count = std::min(body.size(), output_.size() - given_);
    char* to = output_.data() + given_;
    if (to != body.data()) std::memmove(to, body.data(), count);
    given_ += count;
    return count;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) {
    return on_body_impl(body, error);
}

}  // namespace karmen::http
