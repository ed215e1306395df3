#include "http/target.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace karmen::http {

namespace {

[[noreturn]] void refuse() {
    throw Error(ErrorCode::kInvalidInput, PublicMessage{"The address of the request is not a valid URL"});
}

enum class Plus { kIsPlus, kIsBlank };

std::string percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::kIsBlank) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            if (i + 2 >= text.size()) refuse();
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) refuse();
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    if (!is_valid_utf8(decoded) || decoded.find('\0') != std::string::npos) refuse();
    return decoded;
}

/// `http://host/path` as proxies send it becomes `/path`.
std::string_view without_authority(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        const std::size_t path = target.find('/', scheme.size());
        if (path == std::string_view::npos) return "/";
        return target.substr(path);
    }
    return target;
}

std::vector<std::string> parse_path(std::string_view path) {
    std::vector<std::string> segments;
    for (const std::string_view part : split(path, '/'))
        if (!part.empty()) segments.push_back(percent_decode(part, Plus::kIsPlus));
    if (!segments.empty() && path.back() == '/') segments.emplace_back();
    return segments;
}

Query parse_query(std::string_view text) {
    Query query;
    for (const std::string_view pair : split(text, '&')) {
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
        query.emplace_back(percent_decode(pair.substr(0, equals), Plus::kIsBlank),
                           percent_decode(value, Plus::kIsBlank));
    }
    return query;
}

}  // namespace

Target parse_target(std::string_view target) {
    target = without_authority(target);
    const std::size_t question = target.find('?');
    const std::string_view path = target.substr(0, question);
    if (!target.starts_with('/')) refuse();
    Target parsed;
    parsed.segments = parse_path(path);
    if (question != std::string_view::npos) parsed.query = parse_query(target.substr(question + 1));
    return parsed;
}

}  // namespace karmen::http
