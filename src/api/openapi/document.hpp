#pragma once

#include "api/openapi/facts.hpp"
#include "api/route.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <vector>

namespace karmen::api {

/// The OpenAPI 3.1 document of these routes. What follows from a row is derived: tag, path parameters, security, and
/// the errors that its checks can give.
boost::json::object openapi_json(std::span<const Route> routes, std::span<const OperationFacts> facts);

/// `GET /gone: …` for every route without facts and all facts without a route.
std::vector<std::string> differences(std::span<const Route> routes, std::span<const OperationFacts> facts);

/// The document of this server as it is sent. Made once by the composition root. Immutable.
class OpenApiDocument {
  public:
    OpenApiDocument();
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace karmen::api
