#pragma once

#include "http/message.hpp"

#include <optional>
#include <string_view>

namespace karmen::api {

/// The token of an `Authorization: Bearer <token>`; old clients may send a list of schemes; the first Bearer counts.
std::optional<std::string_view> find_bearer_token(std::string_view header);

/// The same for a request. Throws Error: kMissingToken, kInvalidToken.
std::string_view bearer_token(const http::Request& request);

}  // namespace karmen::api
