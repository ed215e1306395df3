#pragma once

#include <optional>
#include <string>

namespace karmen {

/// A setting that administrators change while the server runs, as text. services/settings has the list of keys.
struct Setting {
    std::string key;
    std::optional<std::string> val;
    bool operator==(const Setting&) const = default;
};

}  // namespace karmen
