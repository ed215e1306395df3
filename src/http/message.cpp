#include "http/message.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace karmen::http {

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (equals_ignoring_case(field, name)) return value;
    return std::nullopt;
}

void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
    add(std::move(name), std::move(value));
}

std::optional<std::string_view> find(const Query& query, std::string_view name) {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

Awaitable<std::string> read_all(RequestBody& body) {
    static constexpr std::size_t kStepBytes = 16UL * 1024;
    std::string text;
    std::size_t filled = 0;
    for (;;) {
        // Content-Length is only a promise: memory grows with what comes, not with what is announced.
        if (filled == text.size()) text.resize(filled + std::max(filled, kStepBytes));
        const std::size_t got = co_await body.read_some(std::span(text).subspan(filled));
        if (got == 0) break;
        filled += got;
    }
    text.resize(filled);
    co_return text;
}

std::optional<std::string_view> Response::body_text() const {
    if (const auto* text = std::get_if<std::string>(&body)) return *text;
    if (const auto* bytes = std::get_if<StaticBody>(&body)) return bytes->bytes;
    return std::nullopt;
}

Response Response::text(unsigned status, std::string content_type, std::string body) {
    Response response;
    response.status = status;
    if (!content_type.empty()) response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

}  // namespace karmen::http
