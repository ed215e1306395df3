#pragma once

#include "fake/context.hpp"
#include "http/message.hpp"

#include <string>

namespace karmen::fake {

/// The webcam of a simulated printer, as mjpg-streamer serves it. Each picture is drawn once for all viewers. Loop
/// only; the context outlives it and its responses.
class Webcam {
  public:
    explicit Webcam(Context& context) : context_(context) {}

    /// Paths that ask for the webcam: `/?action=…` of its own server and `/webcam/?action=…` behind the front.
    static bool is_asked_for(const http::Request& request, std::string_view path);

    http::Response handle(const http::Request& request);

  private:
    Awaitable<http::ConnectionEnd> stream(http::BodyWriter& out);
    const std::string& frame();

    Context& context_;
    std::string frame_;
    Timestamp drawn_{};
};

}  // namespace karmen::fake
