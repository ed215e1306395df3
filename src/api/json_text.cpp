#include "api/json_text.hpp"

namespace karmen::api {

std::string to_text(const boost::json::value& value) {
    std::string text;
    write_json_value(text, value);
    return text;
}

}  // namespace karmen::api
