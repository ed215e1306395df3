#pragma once

#include "api/route.hpp"
#include "http/cors.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

#include <span>

namespace karmen::api {

/// Who may watch webcams: users with a token, or everybody who reaches the server.
enum class WebcamAccess { kToken, kOpen };

/// Which routes of administrators need a fresh token: all, or only those of accounts, as in Karmen 0.0.13.
enum class FreshAdmin { kAll, kAccounts };

struct ApiOptions {
    http::CorsOptions cors;
    WebcamAccess webcam_access = WebcamAccess::kToken;
    FreshAdmin fresh_admin = FreshAdmin::kAll;
};

/// Karmen's HTTP interface: finds the route of a request, does the checks of its row, and calls its handler. Made by
/// the composition root, outlives the server. Loop only.
class Api {
  public:
    /// `routes` outlive it.
    Api(std::span<const Route> routes, Services services, ApiOptions options);

    /// The handler of the server. The server turns an Error into a problem body.
    Awaitable<http::Response> answer(http::Request& request) const;

    /// Adds headers to every answer before it is sent, including the server's own answers.
    void finish(const http::Request& request, http::Response& response) const;

  private:
    const Route* find_route(http::Request& request) const;
    Awaitable<identity::Account> check_api_key(const Route& route, const http::Request& request) const;
    /// Sets the account of the call. Throws Error if the call is not allowed.
    Awaitable<void> check_access(const Route& route, Call& call) const;
    Awaitable<http::Response> handle(const Route& route, Call& call) const;
    Awaitable<http::Response> audited(const Route& route, Call& call) const;

    std::span<const Route> routes_;
    Services services_;
    ApiOptions options_;
    http::Router router_;
};

}  // namespace karmen::api
