#include "http/server_context.hpp"

#include "base/random.hpp"
#include "base/text.hpp"
#include "http/client_address.hpp"
#include "http/http_date.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace karmen::http {

namespace {

constexpr std::size_t kPrefixBytesMax = 256;

bool is_harmless_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
               c == '-';
    });
}

/// `//host` would lead to another server.
bool is_plain_path(std::string_view path) {
    static constexpr std::string_view kOthers = "/-._~%";
    return path.starts_with('/') && path.size() <= kPrefixBytesMax && path.find("//") == std::string_view::npos &&
           std::ranges::all_of(path, [](char c) {
               const char lower = to_lower(c);
               return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || kOthers.contains(c);
           });
}

}  // namespace

ServerContext::ServerContext(ServerOptions options_in, Handler handler_in, Pool& files_in, Log& log_in)
    : options(std::move(options_in)),
      handler(std::move(handler_in)),
      files(files_in),
      log(log_in),
      trusted_proxies_(options.trusted_proxies),
      id_prefix_(random_hex(6)) {}

const std::string& ServerContext::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        date_ = to_http_date(std::chrono::sys_seconds(std::chrono::seconds(now)));
    }
    return date_;
}

std::string ServerContext::request_id(const Request& request) {
    const auto given = request.headers.find("X-Request-Id");
    if (given && is_harmless_id(*given)) return std::string(*given);
    return fmt::format("{}-{:x}", id_prefix_, ++ids_);
}

std::string ServerContext::remote_address(const Request& request, const std::string& peer) const {
    const auto is_trusted = [this](std::string_view address) { return trusted_proxies_.contains(address); };
    std::string address = canonical_address(peer).value_or(peer);
    if (!is_trusted(peer)) return address;
    std::string chain;
    for (const auto& [name, value] : request.headers)
        if (equals_ignoring_case(name, "X-Forwarded-For")) chain.append(chain.empty() ? "" : ",").append(value);
    // Each proxy appends the address of its client. Entries before these may be written by the client itself and prove
    // nothing.
    for (const std::string_view entry : split(chain, ',') | std::views::reverse) {
        const auto hop = canonical_address(entry);
        if (!hop) break;
        address = *hop;
        if (!is_trusted(address)) break;
    }
    return address;
}

std::string ServerContext::prefix(const Request& request, const std::string& peer) const {
    if (!trusted_proxies_.contains(peer)) return {};
    std::string_view path = trim(request.headers.find("X-Forwarded-Prefix").value_or(""));
    while (path.ends_with('/')) path.remove_suffix(1);
    return is_plain_path(path) ? std::string(path) : std::string();
}

}  // namespace karmen::http
