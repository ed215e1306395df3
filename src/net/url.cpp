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

}  // namespace

std::optional<UrlParts> parse_url(std::string_view url) {
    if (url.find('\0') != std::string_view::npos) return std::nullopt;
    const Handle handle(curl_url());
    if (!handle || curl_url_set(handle.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK)
        return std::nullopt;
    const auto scheme = part(handle, CURLUPART_SCHEME);
    const auto host = part(handle, CURLUPART_HOST);
    const auto port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!scheme || !host || !port || (*scheme != "http" && *scheme != "https")) return std::nullopt;
    const auto number = parse_int(*port);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    return UrlParts{*scheme, to_lower(*host), static_cast<std::uint16_t>(*number),
                    part(handle, CURLUPART_USER) || part(handle, CURLUPART_PASSWORD)};
}

}  // namespace karmen::net
