#include "app/descriptor_budget.hpp"

#include "http/server.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace karmen::app {

namespace {

/// Some clients must get an answer, even if there are very few descriptors.
constexpr std::uint64_t kClientsMin = 4;

}  // namespace

DescriptorBudget descriptor_budget(std::uint64_t limit, std::size_t connections_max, std::size_t reserve) {
    const std::uint64_t refusals_max = http::ServerOptions{}.refusals_max;
    const std::uint64_t left = std::max(limit - std::min<std::uint64_t>(limit, reserve), kClientsMin);
    if (left >= connections_max + refusals_max) return {connections_max, refusals_max};
    const std::uint64_t refusals = std::clamp<std::uint64_t>(left / 4, 1, refusals_max);
    return {std::min<std::size_t>(connections_max, left - refusals), refusals};
}

std::uint64_t descriptors_allowed() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace karmen::app
