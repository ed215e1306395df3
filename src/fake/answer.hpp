#pragma once

#include "fake/octoprint/files.hpp"
#include "fake/octoprint/version.hpp"
#include "http/message.hpp"

#include <boost/json/value.hpp>

#include <exception>
#include <string>
#include <string_view>

/// Answers with the headers of the real server.
namespace karmen::fake {

/// Thrown by handlers; becomes `{"error": text}`.
class Refused : public std::exception {
  public:
    explicit Refused(Refusal refusal) : refusal_(std::move(refusal)) {}
    Refused(unsigned status, std::string text) : refusal_{status, std::move(text)} {}

    const Refusal& refusal() const { return refusal_; }
    const char* what() const noexcept override { return refusal_.text.c_str(); }

  private:
    Refusal refusal_;
};

/// What caches may do: a successful GET may be revalidated, everything else must not be stored.
enum class Caching { kRevalidate, kForbidden };

http::Response json_answer(unsigned status, const boost::json::value& body, Caching caching,
                           const OctoPrintVersion& version);
http::Response error_answer(const Refusal& refusal, const OctoPrintVersion& version);
http::Response html_answer(unsigned status, std::string_view title);
/// 204 as text/plain, without a body.
http::Response nothing_answer();

/// Bytes that are sent as they are, in place of an HTTP message.
http::Response raw_answer(std::string bytes, http::ConnectionEnd end);
/// The status line, the headers and Content-Length of a response with a body in memory.
std::string raw_head(const http::Response& response, std::size_t content_length);

}  // namespace karmen::fake
