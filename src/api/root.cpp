#include "api/handlers.hpp"
#include "base/version.hpp"

#include <boost/json/serialize.hpp>

namespace karmen::api {

Answer get_root(const Services&, Call&) {
    co_return http::Response::json(200, boost::json::serialize(boost::json::object{
                                            {"app", "karmen_backend"}, {"docs", kDocsUrl}, {"version", kVersion}}));
}

}  // namespace karmen::api
