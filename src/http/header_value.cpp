#include "http/header_value.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karmen::http {

namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Takes a quoted string, opening quote included, from the front of `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string text;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return text;
        }
        if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
        text += rest[i];
    }
    return std::nullopt;
}

std::string without_percent_22(std::string text) {
    for (std::size_t at = text.find("%22"); at != std::string::npos; at = text.find("%22", at + 1))
        text.replace(at, 3, "\"");
    return text;
}

/// One `name=value`, up to the next `;`.
bool take_parameter(std::string_view& rest, HeaderValue& into) {
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') return false;
    std::string name = to_lower(trim(rest.substr(0, equals)));
    rest = trim(rest.substr(equals + 1));
    std::string value;
    if (rest.starts_with('"')) {
        std::optional<std::string> quoted = take_quoted(rest);
        if (!quoted) return false;
        value = without_percent_22(std::move(*quoted));
        rest = trim(rest);
        if (!rest.empty() && rest.front() != ';') return false;
    } else {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        value = trim(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    into.parameters.emplace_back(std::move(name), std::move(value));
    return true;
}

/// `UTF-8'en'%e2%82%ac` as in RFC 8187 §3.2.1.
std::optional<std::string> decode_extended(std::string_view text) {
    const bool is_latin1 = starts_with_ignoring_case(text, "iso-8859-1'");
    if (!is_latin1 && !starts_with_ignoring_case(text, "utf-8'")) return std::nullopt;
    const std::size_t start = text.find('\'', text.find('\'') + 1);
    if (start == std::string_view::npos) return std::nullopt;
    std::string decoded;
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (is_latin1) return latin1_to_utf8(decoded);
    if (!is_valid_utf8(decoded)) return std::nullopt;
    return decoded;
}

std::string encode_extended(std::string_view text) {
    static constexpr std::string_view kPlain = "!#$&+-.^_`|~";
    std::string encoded = "UTF-8''";
    for (const char c : text) {
        if (is_alphanumeric(c) || kPlain.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

/// For clients that read only `filename`: each character that could be misread becomes one `_`.
std::string ascii_fallback(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) == 0x80U) continue;
        plain += byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '%' || c == '/' ? '_' : c;
    }
    return plain;
}

}  // namespace

std::optional<std::string> HeaderValue::find(std::string_view name) const {
    const auto raw = [this](std::string_view wanted) {
        return std::ranges::find(parameters, wanted, &std::pair<std::string, std::string>::first);
    };
    if (const auto extended = raw(std::string(name) + "*"); extended != parameters.end())
        if (auto decoded = decode_extended(extended->second)) return decoded;
    if (const auto plain = raw(name); plain != parameters.end()) return plain->second;
    return std::nullopt;
}

std::optional<HeaderValue> parse_header_value(std::string_view text) {
    const std::size_t end = std::min(text.find(';'), text.size());
    HeaderValue parsed{to_lower(trim(text.substr(0, end))), {}};
    std::string_view rest = text.substr(end);
    while (!rest.empty()) {
        rest = trim(rest.substr(1));
        if (rest.empty()) break;
        if (!take_parameter(rest, parsed)) return std::nullopt;
    }
    return parsed;
}

std::string filename_parameters(std::string_view file_name) {
    const std::string plain = ascii_fallback(file_name);
    std::string value = "filename=\"" + plain + "\"";
    if (plain != file_name) value += "; filename*=" + encode_extended(file_name);
    return value;
}

std::string attachment_disposition(std::string_view file_name) {
    return "attachment; " + filename_parameters(file_name);
}

}  // namespace karmen::http
