#pragma once

#include "fake/octoprint/access.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace karmen::fake {

/// A request as the handlers of the simulator see it.
struct Call {
    http::Request& request;
    std::string path;  ///< decoded, slashes in a row as one, a slash at the end kept
    std::string rest;  ///< what the `*` at the end of the route's pattern stands for
    Caller caller = Caller::kGuest;
    std::string host;  ///< as the client calls this server, with port

    std::string base_url() const { return "http://" + host; }
};

std::string path_of(const http::Request& request);
/// `host` is used if the client does not send one.
Call make_call(http::Request& request, const AccessOptions& access, std::string_view host);

}  // namespace karmen::fake
