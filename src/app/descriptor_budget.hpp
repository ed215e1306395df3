#pragma once

#include <cstddef>
#include <cstdint>

namespace karmen::app {

/// How many clients there may be at a time, so that enough file descriptors are left for everything else.
struct DescriptorBudget {
    std::size_t connections = 0;
    std::size_t refusals = 0;  ///< clients beyond, who are told so
};

/// `limit` is what the system allows this process, `reserve` what connections must leave.
DescriptorBudget descriptor_budget(std::uint64_t limit, std::size_t connections_max, std::size_t reserve);

/// What the system allows now.
std::uint64_t descriptors_allowed();

}  // namespace karmen::app
