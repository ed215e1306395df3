#pragma once

#include "fake/context.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace karmen::fake {

/// The simulator's own routes, which no real printer has: `GET /fake/state` shows the whole internal state, `POST
/// /fake/state` changes it, `POST /fake/fault` switches a fault on, `DELETE /fake/fault` switches all faults off.
/// Anyone may call them; faults do not affect them. Loop only; the context outlives it.
class AdminApi {
  public:
    explicit AdminApi(Context& context) : context_(context) {}

    static bool is_asked_for(std::string_view path) { return path.starts_with("/fake/"); }

    Awaitable<http::Response> handle(http::Request& request, std::string_view path);

  private:
    boost::json::object state() const;
    void change(const boost::json::object& wanted);
    void change_state(std::string_view name, const boost::json::object& wanted);
    void decide_app_keys(std::string_view decision);
    void add_fault(const boost::json::object& wanted);

    Context& context_;
};

}  // namespace karmen::fake
