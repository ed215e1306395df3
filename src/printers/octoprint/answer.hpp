#pragma once

#include "net/http_client.hpp"

#include <string>

/// What OctoPrint's status codes say. Any thread.
namespace karmen::printers::octoprint {

bool is_success(const net::HttpResponse& response);

/// The key is missing, wrong, or belongs to a user without the right. OctoPrint 1.11 answers 400 to such a POST.
bool is_denied(const net::HttpResponse& response);

/// Why the request was refused, for people.
std::string refusal_of(const net::HttpResponse& response);

}  // namespace karmen::printers::octoprint
