#pragma once

#include "http/message.hpp"
#include "http/router.hpp"

#include <optional>
#include <string>
#include <vector>

namespace karmen::http {

/// Which pages of other origins may read answers (Fetch standard, CORS protocol). Credentials are never allowed:
/// tokens travel in a header, not in cookies.
struct CorsOptions {
    std::vector<std::string> origins{"*"};  ///< `*`: all; else as browsers send them, `https://karmen.example:8443`
};

/// Marks any answer, errors too, as readable for the allowed origins.
void add_cors(const CorsOptions& options, const Request& request, Response& response);

/// The answer to OPTIONS, preflight or not; nullopt for other methods. Throws Error(kNotFound) for unknown paths.
/// add_cors adds whether the origin is allowed.
std::optional<Response> answer_options(const Request& request, const Router& router);

}  // namespace karmen::http
