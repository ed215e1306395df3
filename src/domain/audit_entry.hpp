#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen {

inline constexpr const char* kAuditOk = "ok";
/// The request was broken off: whether it took effect is not known.
inline constexpr const char* kAuditBrokenOff = "broken_off";

/// One action of somebody, or one refusal. It contains no secrets.
struct AuditEntry {
    std::int64_t id = 0;
    Timestamp time{};
    std::string action;  ///< a stable word such as `printer.remove`
    /// Who, as the account was called then; it may be deleted meanwhile. At a log-in the name that was tried.
    std::optional<Uuid> user;
    std::optional<std::string> username;
    /// The client's address; nullopt if it was the command line.
    std::optional<std::string> address;
    std::string target;      ///< what it was done to: a host, an id, a name
    std::string result;      ///< kAuditOk, kAuditBrokenOff or the word of an error
    std::int64_t times = 1;  ///< how often within the minute after `time`: refusals are counted
    bool operator==(const AuditEntry&) const = default;
};
template <>
struct Description<AuditEntry> {
    using T = AuditEntry;
    static constexpr std::string_view name = "AuditEntry";
    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{"time", &T::time},
        Member{.name = "action",
               .pointer = &T::action,
               .text = "Stable word for programs",
               .schema = R"({"pattern": "^[a-z_.]+$", "examples": ["printer.remove"]})"},
        Member{"user_uuid", &T::user},
        Member{"username", &T::username, "As it was then; at a log-in the name that was tried"},
        Member{"address", &T::address, "null: the command line"},
        Member{"target", &T::target, "What it was done to"},
        Member{"result", &T::result, "ok, broken_off (whether it took effect is not known) or the code of a problem"},
        Member{"times", &T::times, "Refusals of one kind in one minute are counted"},
    };
};

}  // namespace karmen
