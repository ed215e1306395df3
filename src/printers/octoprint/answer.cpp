#include "printers/octoprint/answer.hpp"

#include "printers/octoprint/wire.hpp"

#include <fmt/format.h>

namespace karmen::printers::octoprint {

bool is_success(const net::HttpResponse& response) {
    return response.status >= 200 && response.status < 300;
}

bool is_denied(const net::HttpResponse& response) {
    return response.status == 403 || (response.status == 400 && parse_error(response.body) == "CSRF validation failed");
}

std::string refusal_of(const net::HttpResponse& response) {
    if (is_denied(response)) return "The printer does not allow this without a valid API key";
    std::string error = parse_error(response.body);
    return error.empty() ? fmt::format("The printer answered with status {}", response.status) : error;
}

}  // namespace karmen::printers::octoprint
