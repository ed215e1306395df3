#pragma once

#include "base/error.hpp"
#include "http/message.hpp"

#include <string>

namespace karmen::http {

/// The HTTP status of an error. No other place maps errors to HTTP.
unsigned status_of(ErrorCode code);

/// The error as `application/problem+json` (RFC 9457): type, title, status, detail, message (= detail, for old
/// clients), code, request_id, and errors for bad input. The log detail is never in it.
Response problem_response(const Error& error, const std::string& request_id);

}  // namespace karmen::http
