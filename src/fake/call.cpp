#include "fake/call.hpp"

#include "base/text.hpp"

#include <optional>

namespace karmen::fake {

namespace {

std::optional<std::string_view> key_of(const http::Request& request) {
    static constexpr std::string_view kBearer = "Bearer ";
    if (const auto key = request.headers.find("X-Api-Key")) return key;
    const auto authorization = request.headers.find("Authorization");
    if (authorization && starts_with_ignoring_case(*authorization, kBearer))
        return authorization->substr(kBearer.size());
    return http::find(request.query, "apikey");
}

}  // namespace

std::string path_of(const http::Request& request) {
    std::string path;
    for (const auto& segment : request.segments) path += "/" + segment;
    return path.empty() ? "/" : path;
}

Call make_call(http::Request& request, const AccessOptions& access, std::string_view host) {
    const auto named_host = request.headers.find("Host");
    return Call{
        request, path_of(request), {}, caller_of(access, key_of(request)), std::string(named_host.value_or(host))};
}

}  // namespace karmen::fake
