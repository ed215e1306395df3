#include "base/percent.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace karmen {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text, std::string_view also_plain) {
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c) || also_plain.contains(c))
            result += c;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

int percent_encoded_byte(std::string_view text) {
    if (text.size() < 3 || text[0] != '%') return -1;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace karmen
