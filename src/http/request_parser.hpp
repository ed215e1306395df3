#pragma once

#include "http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace karmen::http {

/// Finds the end of a request's header in bytes that come in pieces. Refuses forms that proxies could read differently:
/// lines that end in LF alone, and folded lines (RFC 9112 §2.2, §5.2).
class HeaderScan {
  public:
    /// `bytes` begins with the first byte of the header, and has more bytes each time. Returns the length of the
    /// header, or 0 if it is not complete. Throws Error(kMalformedBody).
    std::size_t find_end(std::string_view bytes);

  private:
    std::size_t scanned_ = 0;
};

/// Reads one request: fills a Request and hands out the body without its framing. No I/O. Beast parses the grammar; in
/// addition, ambiguous requests are refused.
class RequestParser final : private boost::beast::http::basic_parser<true> {
  public:
    explicit RequestParser(Request& request);

    /// The whole header, as HeaderScan found it. Throws Error(kMalformedBody).
    void parse_header(std::string_view header);

    bool is_http_1_0() const { return version_ == 10; }
    bool wants_keep_alive() const { return keep_alive(); }
    bool is_chunked() const { return chunked(); }
    bool is_body_done() const { return is_done(); }
    /// The value of Content-Length; 0 if there is no body, nullopt if it is chunked.
    std::optional<std::uint64_t> promised() const;
    /// Of a body with Content-Length.
    std::uint64_t remaining() const;

    struct Progress {
        std::size_t used = 0;   ///< of the input
        std::size_t given = 0;  ///< to the output
    };
    /// Takes from `input`, which may be the same memory as `output`, until output is full or more input is needed.
    /// Throws Error(kMalformedBody).
    Progress parse_body(std::string_view input, std::span<char> output);

  private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

    void on_request_impl(boost::beast::http::verb method, string_view method_text, string_view target, int version,
                         error_code& error) override;
    void on_field_impl(field name, string_view name_text, string_view value, error_code& error) override;
    void on_header_impl(error_code& error) override;
    std::size_t on_body_impl(string_view body, error_code& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& error) override;
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    Request& request_;
    int version_ = 11;
    bool has_host_ = false;
    bool has_length_ = false;
    bool has_transfer_encoding_ = false;
    bool has_unknown_coding_ = false;
    bool is_header_read_ = false;
    std::span<char> output_;
    std::size_t given_ = 0;
};

}  // namespace karmen::http
