#include "api/bearer_token.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace karmen::api {

std::optional<std::string_view> find_bearer_token(std::string_view header) {
    for (const std::string_view part : split(header, ',')) {
        const std::string_view credentials = trim(part);
        const std::size_t blank = credentials.find_first_of(" \t");
        if (blank == std::string_view::npos || !equals_ignoring_case(credentials.substr(0, blank), "Bearer")) continue;
        const std::string_view token = trim(credentials.substr(blank));
        if (!token.empty() && token.find_first_of(" \t") == std::string_view::npos) return token;
    }
    return std::nullopt;
}

std::string_view bearer_token(const http::Request& request) {
    const std::string_view header = trim(request.headers.find("Authorization").value_or(""));
    if (header.empty()) throw Error(ErrorCode::kMissingToken, PublicMessage{"Missing Authorization Header"});
    if (const auto token = find_bearer_token(header)) return *token;
    throw Error(ErrorCode::kInvalidToken, PublicMessage{"Bad Authorization header. Expected value 'Bearer <JWT>'"});
}

}  // namespace karmen::api
