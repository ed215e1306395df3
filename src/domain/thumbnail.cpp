#include "domain/thumbnail.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace karmen {

namespace {

/// Small ones first; of equal sizes the one to take first.
std::pair<std::uint64_t, bool> rank(const Thumbnail& thumbnail) {
    return {std::uint64_t{thumbnail.width} * thumbnail.height, thumbnail.format == Thumbnail::Format::kQoi};
}

std::uint64_t area(const Thumbnail& thumbnail) {
    return rank(thumbnail).first;
}

}  // namespace

std::optional<Thumbnail> choose_thumbnail(std::span<const Thumbnail> all, const WantedThumbnail& wanted) {
    using enum WantedThumbnail::Rule;
    std::vector<Thumbnail> fitting;
    std::ranges::copy_if(all, std::back_inserter(fitting), [&](const Thumbnail& one) {
        if (wanted.rule == kExactly) return one.width == wanted.width && one.height == wanted.height;
        return wanted.rule == kAtLeast && one.width >= wanted.width && one.height >= wanted.height;
    });
    if (!fitting.empty()) return *std::ranges::min_element(fitting, {}, rank);
    if (all.empty() || wanted.rule == kExactly) return std::nullopt;
    const std::uint64_t largest = area(*std::ranges::max_element(all, {}, area));
    std::ranges::copy_if(all, std::back_inserter(fitting), [&](const Thumbnail& one) { return area(one) == largest; });
    return *std::ranges::min_element(fitting, {}, rank);
}

}  // namespace karmen
