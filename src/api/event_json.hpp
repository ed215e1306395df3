#pragma once

#include "events/changes.hpp"

#include <string>

namespace karmen::api {

/// What a follower of GET /events reads: the rows of the lists, as the lists have them.
struct EventText {
    std::string name;
    std::string data;  ///< JSON on one line
};
EventText to_event(const events::Change& change);

}  // namespace karmen::api
