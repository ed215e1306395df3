#pragma once

#include <string>
#include <utility>
#include <vector>

namespace karmen::maintenance::doctor {

enum class Level {
    kOk,
    kWarning,  ///< Karmen works, but somebody should look at it
    kError,    ///< Karmen does not work, or not for long, or not safely
};

/// The result of one check. The text says what was found and, unless it is fine, what to do.
struct Finding {
    Level level;
    std::string check;
    std::string text;
};

using Findings = std::vector<Finding>;

inline Finding ok(std::string check, std::string text) {
    return {Level::kOk, std::move(check), std::move(text)};
}
inline Finding warning(std::string check, std::string text) {
    return {Level::kWarning, std::move(check), std::move(text)};
}
inline Finding error(std::string check, std::string text) {
    return {Level::kError, std::move(check), std::move(text)};
}

}  // namespace karmen::maintenance::doctor
