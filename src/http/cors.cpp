#include "http/cors.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace karmen::http {

namespace {

constexpr auto kPreflightMaxAge = "600";

/// Names and blanks between commas: nothing that could end the header line or carry markup.
bool is_list_of_tokens(std::string_view text) {
    static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~, ";
    return text.size() <= 1024 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      kOther.find(c) != std::string_view::npos;
           });
}

}  // namespace

void add_cors(const CorsOptions& options, const Request& request, Response& response) {
    static constexpr auto kAllowOrigin = "Access-Control-Allow-Origin";
    if (std::ranges::find(options.origins, "*") != options.origins.end()) {
        response.headers.set(kAllowOrigin, "*");
        return;
    }
    response.headers.add("Vary", "Origin");
    const auto origin = request.headers.find("Origin");
    if (origin && std::ranges::find(options.origins, *origin) != options.origins.end())
        response.headers.set(kAllowOrigin, std::string(*origin));
}

std::optional<Response> answer_options(const Request& request, const Router& router) {
    if (request.method != "OPTIONS") return std::nullopt;
    const std::string allow = router.allowed_methods(request.segments);
    if (allow.empty()) throw Error(ErrorCode::kNotFound, PublicMessage{"There is nothing at this address"});
    Response response = Response::no_content();
    response.headers.add("Allow", allow);
    if (request.headers.find("Origin") && request.headers.find("Access-Control-Request-Method")) {
        response.headers.add("Access-Control-Allow-Methods", allow);
        const auto wanted = request.headers.find("Access-Control-Request-Headers");
        if (wanted && is_list_of_tokens(*wanted))
            response.headers.add("Access-Control-Allow-Headers", std::string(*wanted));
        response.headers.add("Access-Control-Max-Age", kPreflightMaxAge);
    }
    return response;
}

}  // namespace karmen::http
