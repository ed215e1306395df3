#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace karmen::http {

/// Finds the route of a request: maps method and path pattern (`/gcodes/{id}/data`) to the number that was added with
/// them. Literal parts win over `{…}`. Filled at start, then immutable.
class Router {
  public:
    struct Match {
        std::size_t route = 0;
        std::vector<std::string> values;  ///< what stood at each `{…}`
    };
    struct MethodNotAllowed {
        std::string allow;  ///< value for the Allow header, such as `GET, HEAD, OPTIONS, POST`
    };
    struct NotFound {};
    using Result = std::variant<Match, MethodNotAllowed, NotFound>;

    /// Throws std::logic_error when the pair was added before.
    void add(std::string_view method, std::string_view pattern, std::size_t route);

    /// HEAD is found where GET was added. `segments` as in Request.
    Result find(std::string_view method, const std::vector<std::string>& segments) const;

    /// The Allow value of a path, for OPTIONS; empty for unknown paths.
    std::string allowed_methods(const std::vector<std::string>& segments) const;

  private:
    struct Method {
        std::string name;
        std::size_t route;
    };
    struct Entry {
        std::vector<std::string> pattern;  ///< `{` alone stands for a value
        std::vector<Method> methods;
    };
    const Entry* find_entry(const std::vector<std::string>& segments) const;

    std::vector<Entry> entries_;
};

}  // namespace karmen::http
