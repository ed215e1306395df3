#pragma once

#include "api/route.hpp"
#include "base/log.hpp"
#include "http/cors.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

#include <chrono>
#include <memory>

namespace karmen::api {

struct ApiOptions {
    http::CorsOptions cors;
    std::chrono::milliseconds handler_timeout{60'000};
};

/// Karmen's HTTP interface: finds the route of a request, makes the checks that its row names, and calls its handler.
/// Made by the composition root, outlives the server. Loop only.
class Api {
  public:
    Api(Services services, ApiOptions options, Log& log);

    /// The handler of the server. Every failure comes back as a problem body; only a cancel is thrown.
    Awaitable<http::Response> answer(http::Request& request) const;

  private:
    Awaitable<http::Response> answer_or_throw(http::Request& request) const;
    Awaitable<http::Response> call_within_deadline(const Route& route, Call& call) const;
    const Route& find_route(http::Request& request) const;
    Awaitable<std::optional<services::Account>> check_access(const Route& route, const http::Request& request) const;

    Services services_;
    ApiOptions options_;
    Log& log_;
    http::Router router_;
};

}  // namespace karmen::api
