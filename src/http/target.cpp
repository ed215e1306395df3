#include "http/target.hpp"

#include "base/error.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"

namespace karmen::http {

namespace {

[[noreturn]] void refuse() {
    throw Error(ErrorCode::kInvalidInput, PublicMessage{"The address of the request is not a valid URL"});
}

/// Browsers do not encode a `%` that a person typed into a query, so there a lone `%` means itself (URL Standard,
/// percent-decode). Paths are made by this server, so there it is an error.
enum class Part { kPath, kQuery };

std::string percent_decode(std::string_view text, Part part) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int escaped = text[i] == '%' ? percent_encoded_byte(text.substr(i)) : -1;
        if (escaped >= 0) {
            decoded += static_cast<char>(escaped);
            i += 2;
        } else if (text[i] == '%' && part == Part::kPath) {
            refuse();
        } else {
            decoded += text[i] == '+' && part == Part::kQuery ? ' ' : text[i];
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
        if (!part.empty()) segments.push_back(percent_decode(part, Part::kPath));
    if (!segments.empty() && path.back() == '/') segments.emplace_back();
    return segments;
}

Query parse_query(std::string_view text) {
    Query query;
    for (const std::string_view pair : split(text, '&')) {
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
        query.emplace_back(percent_decode(pair.substr(0, equals), Part::kQuery), percent_decode(value, Part::kQuery));
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
