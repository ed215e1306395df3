#include "storage/tables/text_array.hpp"

#include <cstddef>

namespace karmen::storage {

std::string to_text_array(const std::vector<std::string>& items) {
    std::string result = "{";
    for (const std::string& item : items) {
        if (result.size() > 1) result += ',';
        result += '"';
        for (const char c : item) {
            if (c == '"' || c == '\\') result += '\\';
            result += c;
        }
        result += '"';
    }
    return result + "}";
}

std::vector<std::string> from_text_array(const std::optional<std::string>& text) {
    if (!text || text->size() < 3 || text->front() != '{' || text->back() != '}') return {};
    std::vector<std::string> items(1);
    bool is_quoted = false;
    for (std::size_t i = 1; i + 1 < text->size(); ++i) {
        const char c = (*text)[i];
        if (c == '"')
            is_quoted = !is_quoted;
        else if (c == ',' && !is_quoted)
            items.emplace_back();
        else if (c == '\\' && i + 2 < text->size())
            items.back() += (*text)[++i];
        else
            items.back() += c;
    }
    return items;
}

}  // namespace karmen::storage
