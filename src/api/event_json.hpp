#pragma once

#include "events/changes.hpp"

#include <string>

namespace karmen::api {

/// An event as followers of GET /events get it, with the row as the lists have it.
struct EventText {
    std::string name;
    std::string data;  ///< JSON on one line
};
EventText to_event(const events::Change& change);

}  // namespace karmen::api
