#include "net/url.hpp"

#include "base/text.hpp"

#include <curl/curl.h>

#include <memory>

namespace karmen::net {

namespace {

using Handle = std::unique_ptr<CURLU, decltype([](CURLU* url) { curl_url_cleanup(url); })>;

std::optional<std::string> part(const Handle& url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
    const std::unique_ptr<char, decltype([](char* memory) { curl_free(memory); })> owner(text);
    return std::string(text);
}

/// Null if it is malformed.
Handle parsed(std::string_view url) {
    if (url.find('\0') != std::string_view::npos) return nullptr;
    Handle handle(curl_url());
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK) return nullptr;
    return handle;
}

/// Empty if the part is missing; nullopt if it cannot be decoded.
std::optional<std::string> decoded_part(const Handle& url, CURLUPart which) {
    if (!part(url, which)) return "";
    return part(url, which, CURLU_URLDECODE);
}

}  // namespace

std::optional<UrlParts> parse_url(std::string_view url) {
    const Handle handle = parsed(url);
    if (!handle) return std::nullopt;
    const auto scheme = part(handle, CURLUPART_SCHEME);
    const auto host = part(handle, CURLUPART_HOST);
    const auto port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!scheme || !host || !port || (*scheme != "http" && *scheme != "https")) return std::nullopt;
    // The same address in another zone is another host.
    if (part(handle, CURLUPART_ZONEID)) return std::nullopt;
    const auto number = parse_int(*port);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    return UrlParts{*scheme, to_lower(*host), static_cast<std::uint16_t>(*number),
                    part(handle, CURLUPART_USER) || part(handle, CURLUPART_PASSWORD)};
}

std::optional<SplitUrl> split_credentials(std::string_view url) {
    const Handle handle = parsed(url);
    if (!handle || !parse_url(url)) return std::nullopt;
    const auto user = decoded_part(handle, CURLUPART_USER);
    const auto password = decoded_part(handle, CURLUPART_PASSWORD);
    for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS})
        curl_url_set(handle.get(), secret, nullptr, 0);
    const auto rest = part(handle, CURLUPART_URL);
    if (!user || !password || !rest) return std::nullopt;
    return SplitUrl{*rest, *user, *password};
}

std::optional<std::string> with_host(std::string_view url, const std::string& host) {
    const Handle handle = parsed(url);
    if (!handle || !parse_url(url) || curl_url_set(handle.get(), CURLUPART_HOST, host.c_str(), 0) != CURLUE_OK)
        return std::nullopt;
    return part(handle, CURLUPART_URL);
}

}  // namespace karmen::net
