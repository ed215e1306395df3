#pragma once

#include "http/message.hpp"

#include <string_view>

namespace karmen::api {

/// The token of `Authorization: Bearer <token>`; old clients may send a list of schemes, of which the first Bearer
/// counts.
/// Throws Error: kMissingToken, kInvalidToken.
std::string_view bearer_token(const http::Request& request);

}  // namespace karmen::api
