#pragma once

#include "fake/admin_api.hpp"
#include "fake/context.hpp"
#include "fake/octoprint/api.hpp"
#include "fake/webcam.hpp"
#include "http/message.hpp"
#include "runtime/event.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace karmen::fake {

/// All answers of a simulated printer, including faults; http::Server owns the sockets. Loop only; outlives its
/// responses. A request is counted, then delayed, dropped, answered wrongly, or answered and then damaged, in this
/// order.
class OctoPrintServer {
  public:
    /// `clock` outlives it.
    OctoPrintServer(const Executor& loop, FakePrinterOptions options, const Clock& clock)
        : context_(std::move(options), clock),
          api_(context_),
          webcam_(context_),
          admin_(context_),
          single_thread_(loop, 1) {}

    Awaitable<http::Response> handle(http::Request& request);

    Context& context() { return context_; }
    const Context& context() const { return context_; }
    /// Address and port as they stand in the options.
    std::string host() const;

  private:
    Awaitable<http::Response> handle_in_turn(Call& call);
    Awaitable<std::optional<http::Response>> fault_in_place_of_answer(Call& call);
    std::optional<http::Response> wrong_status(std::string_view path);
    http::Response starting_up(const Call& call) const;
    void spoil(http::Response& response, std::string_view path);
    http::Response sent_badly(const Call& call, http::Response response);

    Context context_;
    OctoPrintApi api_;
    Webcam webcam_;
    AdminApi admin_;
    Semaphore single_thread_;
};

}  // namespace karmen::fake
