#pragma once

#include "api/route.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>

namespace karmen::api {

/// The OpenAPI 3.1 document of these routes. Tag, path parameters, security, and the errors of the checks are derived
/// from the row.
boost::json::object openapi_json(std::span<const Route> routes, boost::json::object schemas);

/// The document of this server as it is sent. Made once by the composition root. Immutable.
class OpenApiDocument {
  public:
    OpenApiDocument(std::span<const Route> routes, boost::json::object schemas);
    const std::string& text() const { return text_; }
    /// Another one for another text: its entity tag.
    const std::string& digest() const { return digest_; }

  private:
    std::string text_;
    std::string digest_;
};

}  // namespace karmen::api
