#pragma once

#include "api/route.hpp"

#include <vector>

/// The pages, and the files that they consist of.
namespace karmen::web {

std::vector<api::Route> routes();

}  // namespace karmen::web
