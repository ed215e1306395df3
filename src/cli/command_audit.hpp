#pragma once

#include "base/clock.hpp"
#include "base/display.hpp"
#include "base/error.hpp"
#include "domain/audit_entry.hpp"
#include "maintenance/persistence.hpp"

#include <fmt/core.h>

#include <string>
#include <type_traits>
#include <utility>

namespace karmen::cli {

/// Writes an action of the command line into the audit log. If that fails, the operator is told; the action itself is
/// not undone.
inline void write_audit(maintenance::Persistence& persistence, std::string action, std::string target,
                        std::string result) {
    try {
        persistence.audit.insert({.time = SystemClock().now(),
                                  .action = std::move(action),
                                  .target = std::move(target),
                                  .result = std::move(result)});
    } catch (const Error& error) {
        fmt::print(stderr, "karmen: cannot write into the audit log: {}\n", printable(error.what()));
    }
}

/// Runs `change` and writes its result into the audit log.
template <class Change>
auto audited(maintenance::Persistence& persistence, const std::string& action, const std::string& target,
             Change change) {
    try {
        if constexpr (std::is_void_v<decltype(change())>) {
            change();
            write_audit(persistence, action, target, kAuditOk);
        } else {
            auto result = change();
            write_audit(persistence, action, target, kAuditOk);
            return result;
        }
    } catch (const Error& error) {
        write_audit(persistence, action, target, std::string(to_word(error.code())));
        throw;
    }
}

}  // namespace karmen::cli
