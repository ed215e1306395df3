#include "http/response_head.hpp"

#include "base/text.hpp"
#include "http/status_text.hpp"

#include <algorithm>
#include <array>

namespace karmen::http {

namespace {

bool is_ours(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kOurs{"content-length", "transfer-encoding", "connection", "date"};
    return std::ranges::any_of(kOurs, [name](std::string_view ours) { return equals_ignoring_case(name, ours); });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const std::size_t start = out.size();
    out.append(value);
    for (std::size_t i = start; i < out.size(); ++i)
        if (static_cast<unsigned char>(out[i]) < 0x20 && out[i] != '\t') out[i] = ' ';
    out.append("\r\n");
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadFacts& facts) {
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(status_text(response.status)).append("\r\nServer: karmen\r\n");
    append_field(out, "Date", facts.date);
    for (const auto& [name, value] : response.headers)
        if (!is_ours(name)) append_field(out, name, value);
    if (facts.framing == Framing::kLength) append_field(out, "Content-Length", std::to_string(facts.length));
    if (facts.framing == Framing::kChunked) append_field(out, "Transfer-Encoding", "chunked");
    if (!facts.connection.empty()) append_field(out, "Connection", facts.connection);
    if (!facts.request_id.empty()) append_field(out, "X-Request-Id", facts.request_id);
    out.append("\r\n");
}

}  // namespace karmen::http
