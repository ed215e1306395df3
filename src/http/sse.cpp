#include "http/sse.hpp"

#include "base/text.hpp"

namespace karmen::http {

std::string event_text(std::string_view id, std::string_view name, std::string_view data) {
    std::string text;
    text.reserve(id.size() + name.size() + data.size() + 32);
    text.append("id: ").append(id).append("\nevent: ").append(name);
    for (const std::string_view line : split(data, '\n')) text.append("\ndata: ").append(line);
    return text.append("\n\n");
}

}  // namespace karmen::http
