#include "http/router.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace karmen::http {

namespace {

constexpr std::string_view kValue = "{";

std::vector<std::string> parse_pattern(std::string_view text) {
    std::vector<std::string> pattern;
    for (const std::string_view part : split(text, '/'))
        if (!part.empty()) pattern.emplace_back(part.front() == '{' ? kValue : part);
    if (!pattern.empty() && text.ends_with('/')) pattern.emplace_back();
    return pattern;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    return std::ranges::equal(pattern, segments, [](const std::string& expected, const std::string& segment) {
        // An empty segment comes from a trailing slash; it is not a value.
        return expected == kValue ? !segment.empty() : expected == segment;
    });
}

/// If two patterns match the same path, the one that is literal at their first difference wins.
bool is_closer(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    const auto [x, y] = std::ranges::mismatch(a, b);
    return x != a.end() && *x != kValue;
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, std::size_t route) {
    std::vector<std::string> parts = parse_pattern(pattern);
    auto entry = std::ranges::find(entries_, parts, &Entry::pattern);
    if (entry == entries_.end()) entry = entries_.insert(entries_.end(), Entry{std::move(parts), {}});
    if (std::ranges::find(entry->methods, method, &Method::name) != entry->methods.end())
        throw std::logic_error("route added twice: " + std::string(method) + " " + std::string(pattern));
    entry->methods.push_back({std::string(method), route});
}

const Router::Entry* Router::find_entry(const std::vector<std::string>& segments) const {
    const Entry* best = nullptr;
    for (const Entry& entry : entries_)
        if (matches(entry.pattern, segments) && (!best || is_closer(entry.pattern, best->pattern))) best = &entry;
    return best;
}

Router::Result Router::find(std::string_view method, const std::vector<std::string>& segments) const {
    const Entry* entry = find_entry(segments);
    if (!entry) return NotFound{};
    auto found = std::ranges::find(entry->methods, method, &Method::name);
    if (found == entry->methods.end() && method == "HEAD")
        found = std::ranges::find(entry->methods, "GET", &Method::name);
    if (found == entry->methods.end()) return MethodNotAllowed{allowed_methods(segments)};
    Match match{found->route, {}};
    for (std::size_t i = 0; i < segments.size(); ++i)
        if (entry->pattern[i] == kValue) match.values.push_back(segments[i]);
    return match;
}

std::string Router::allowed_methods(const std::vector<std::string>& segments) const {
    const Entry* entry = find_entry(segments);
    if (!entry) return {};
    std::set<std::string_view> methods{"OPTIONS"};
    for (const Method& method : entry->methods) {
        methods.insert(method.name);
        if (method.name == "GET") methods.insert("HEAD");
    }
    std::string allow;
    for (const std::string_view method : methods) allow.append(allow.empty() ? "" : ", ").append(method);
    return allow;
}

}  // namespace karmen::http
