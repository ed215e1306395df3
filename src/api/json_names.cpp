#include "api/json_names.hpp"

#include <boost/json/parse.hpp>

#include <set>
#include <vector>

namespace karmen::api {

namespace {

constexpr std::size_t kPointerBytesMax = 256;

/// An object or a list that contains the current position of the scan.
struct Container {
    bool is_object = false;
    bool expects_name = false;
    std::string at;  ///< name of the member, or number of the item, that the scan is at
    std::size_t index = 0;
    std::set<std::string> names;

    void next() {
        if (is_object)
            expects_name = true;
        else
            at = std::to_string(++index);
    }
};

/// The position after the closing quote of the text that begins at `begin`.
std::size_t end_of_text(std::string_view json, std::size_t begin) {
    std::size_t i = begin + 1;
    while (json[i] != '"') i += json[i] == '\\' ? 2 : 1;
    return i + 1;
}

/// Without its quotes and escapes: `"\u0061"` is `a`.
std::string decode(std::string_view quoted) {
    return std::string(std::string_view(boost::json::parse(quoted).as_string()));
}

std::string pointer_to(const std::vector<Container>& containers) {
    std::string pointer;
    for (const Container& container : containers) {
        pointer += '/';
        for (const char c : container.at) {
            if (c == '~')
                pointer += "~0";
            else if (c == '/')
                pointer += "~1";
            else
                pointer += c;
        }
    }
    return pointer.size() <= kPointerBytesMax ? pointer : std::string();
}

}  // namespace

std::optional<std::string> find_repeated_member(std::string_view json) {
    std::vector<Container> containers;
    for (std::size_t i = 0; i < json.size(); ++i) {
        switch (json[i]) {
            case '{':
                containers.push_back({.is_object = true, .expects_name = true, .at = {}, .names = {}});
                break;
            case '[':
                containers.push_back({.at = "0", .names = {}});
                break;
            case '}':
            case ']':
                containers.pop_back();
                break;
            case ',':
                containers.back().next();
                break;
            case '"': {
                const std::size_t end = end_of_text(json, i);
                if (!containers.empty() && containers.back().expects_name) {
                    Container& object = containers.back();
                    object.expects_name = false;
                    object.at = decode(json.substr(i, end - i));
                    if (!object.names.insert(object.at).second) return pointer_to(containers);
                }
                i = end - 1;
                break;
            }
            default:
                break;
        }
    }
    return std::nullopt;
}

}  // namespace karmen::api
