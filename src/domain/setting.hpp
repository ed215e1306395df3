#pragma once

#include <optional>
#include <string>

namespace karmen {

/// One choice that administrators make while the server runs, as text. Which keys there are, services/ knows.
struct Setting {
    std::string key;
    std::optional<std::string> val;
    bool operator==(const Setting&) const = default;
};

}  // namespace karmen
