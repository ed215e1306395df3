#include "http/content_coding.hpp"

#include "base/text.hpp"
#include "http/header_value.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

namespace karmen::http {

namespace {

/// 0 to 1; what cannot be read counts as 0, so that nobody gets what it perhaps refuses.
double weight_of(const HeaderValue& entry) {
    const auto text = entry.find("q");
    if (!text) return 1;
    double weight = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, weight);
    const bool is_weight = error == std::errc() && stop == end && weight >= 0 && weight <= 1;
    return is_weight ? weight : 0;
}

double weight_of(std::string_view accept_encoding, ContentCoding coding) {
    std::optional<double> any;
    for (const std::string_view part : split(accept_encoding, ',')) {
        const auto entry = parse_header_value(part);
        if (!entry) continue;
        if (entry->value == name_of(coding)) return weight_of(*entry);
        if (entry->value == "*") any = weight_of(*entry);
    }
    return any.value_or(0);
}

}  // namespace

std::string_view name_of(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::kIdentity:
            return {};
        case ContentCoding::kGzip:
            return "gzip";
        case ContentCoding::kBrotli:
            return "br";
    }
    return {};
}

ContentCoding choose_coding(std::optional<std::string_view> accept_encoding, std::span<const ContentCoding> available) {
    ContentCoding best = ContentCoding::kIdentity;
    double best_weight = 0;
    if (!accept_encoding) return best;
    for (const ContentCoding coding : available) {
        if (coding == ContentCoding::kIdentity) continue;
        const double weight = weight_of(*accept_encoding, coding);
        const bool is_better = weight > best_weight || (weight == best_weight && weight > 0 && coding > best);
        if (!is_better) continue;
        best = coding;
        best_weight = weight;
    }
    return best;
}

}  // namespace karmen::http
