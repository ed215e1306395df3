#pragma once

#include "api/route.hpp"

#include <vector>

/// Pages, and what they are made of.
namespace karmen::web {

std::vector<api::Route> routes();

}  // namespace karmen::web
