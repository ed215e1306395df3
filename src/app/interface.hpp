#pragma once

#include "api/openapi/document.hpp"
#include "api/route.hpp"

#include <vector>

namespace karmen::app {

/// All routes: the API, the OctoPrint that slicers see, the pages.
std::vector<api::Route> all_routes();

api::OpenApiDocument describe(const std::vector<api::Route>& routes);

}  // namespace karmen::app
