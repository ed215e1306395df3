#include "app/interface.hpp"

#include "api/openapi/schemas.hpp"
#include "api/routes.hpp"
#include "emulator/routes.hpp"
#include "web/routes.hpp"

#include <algorithm>
#include <iterator>

namespace karmen::app {

std::vector<api::Route> all_routes() {
    std::vector<api::Route> all = api::routes();
    std::ranges::move(web::routes(), std::back_inserter(all));
    std::ranges::move(emulator::routes(), std::back_inserter(all));
    return all;
}

api::OpenApiDocument describe(const std::vector<api::Route>& routes) {
    boost::json::object schemas = api::schemas();
    for (auto& schema : emulator::schemas()) schemas[schema.key()] = std::move(schema.value());
    return {routes, std::move(schemas)};
}

}  // namespace karmen::app
