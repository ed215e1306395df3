#pragma once

#include <cstddef>
#include <cstdint>

namespace karmen::app {

/// How many clients are accepted at a time, so that enough file descriptors are left for everything else.
struct DescriptorBudget {
    std::size_t connections = 0;
    std::size_t refusals = 0;  ///< further clients that are answered 503
};

/// `limit` is how many descriptors the system allows this process, `reserve` how many connections must leave free.
DescriptorBudget descriptor_budget(std::uint64_t limit, std::size_t connections_max, std::size_t reserve);

/// How many descriptors the system allows now.
std::uint64_t descriptors_allowed();

}  // namespace karmen::app
