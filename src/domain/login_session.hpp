#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"

#include <cstddef>
#include <string>

namespace karmen {

/// A session begins with a log-in. It ends with a log-out, if the user or an administrator ends it, or when it expires.
/// All access and refresh tokens that come from the log-in carry its id and end with it.
struct LoginSession {
    Uuid id;
    Uuid user;
    Timestamp created;
    Timestamp last_used;  ///< exact to a minute
    Timestamp expires;    ///< of the last token that can come from it
    std::string address;  ///< where the log-in came from
    std::string agent;    ///< the log-in's User-Agent, cut to 255 bytes; empty if it had none
    bool operator==(const LoginSession&) const = default;
};
template <>
struct Description<LoginSession> {
    using T = LoginSession;
    static constexpr std::string_view name = "Session";
    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{"created", &T::created},
        Member{"last_used", &T::last_used},
        Member{"expires", &T::expires},
        Member{"address", &T::address, "Where the log-in came from"},
        Member{"agent", &T::agent, "The User-Agent of the log-in, at most 255 bytes; empty if it had none"},
    };
};

inline constexpr std::size_t kLoginSessionAgentBytesMax = 255;
inline constexpr std::size_t kLoginSessionAddressBytesMax = 64;

}  // namespace karmen
