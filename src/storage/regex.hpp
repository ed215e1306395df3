#pragma once

#include <re2/re2.h>

#include <memory>
#include <string_view>

namespace karmen::storage {

/// A filter's pattern: RE2 syntax, letter case ignored, time linear in the text, memory bounded. `ok()` tells whether
/// it compiled. Immutable; any thread.
inline std::unique_ptr<re2::RE2> compile_filter(std::string_view pattern) {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    return std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

}  // namespace karmen::storage
