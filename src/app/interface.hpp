#pragma once

#include "api/openapi/document.hpp"
#include "api/route.hpp"

#include <vector>

namespace karmen::app {

/// Everything that can be called: the API, what slicers see, the pages.
std::vector<api::Route> all_routes();

api::OpenApiDocument describe(const std::vector<api::Route>& routes);

}  // namespace karmen::app
