#pragma once

#include "net/http_client.hpp"

#include <string>

/// What OctoPrint's status codes say. Any thread.
namespace karmen::printers::octoprint {

bool is_success(const net::HttpResponse& response);

/// No key, a wrong one, or one of a user without the right. OctoPrint 1.11 tells a POST so with 400.
bool is_denied(const net::HttpResponse& response);

/// Why the answer is not the wanted one, for people.
std::string refusal_of(const net::HttpResponse& response);

}  // namespace karmen::printers::octoprint
