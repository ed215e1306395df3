#include "api/json.hpp"

#include <algorithm>

namespace karmen::api {

namespace json = boost::json;

json::object pick(json::object object, const std::vector<std::string>& fields) {
    if (fields.empty()) return object;
    json::object picked;
    for (const auto& member : object)
        if (std::ranges::find(fields, std::string_view(member.key())) != fields.end())
            picked[member.key()] = member.value();
    return picked;
}

}  // namespace karmen::api
