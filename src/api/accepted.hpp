#pragma once

#include "api/json_text.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace karmen::api {

/// 202: work was begun that can be asked for at `path`/`id`.
inline http::Response accepted_response(const http::Request& request, std::string_view path, const std::string& id) {
    http::Response response = http::Response::json(202, to_text(boost::json::object{{"id", id}}));
    response.headers.set("Location", fmt::format("{}{}/{}", request.prefix, path, id));
    return response;
}

}  // namespace karmen::api
