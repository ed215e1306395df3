#pragma once

#include "events/changes.hpp"
#include "events/event_history.hpp"
#include "identity/sessions.hpp"
#include "services/printers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::api {

/// An event as followers of GET /events get it, with the row as the lists have it.
struct EventText {
    std::string name;
    std::string data;  ///< JSON on one line
    events::EventSubject subject = {};
};
/// `print_of` tells whose print a printer shows.
using PrintOf =
    std::function<std::optional<services::ShownPrint>(const Uuid& printer, const PrinterSnapshot& snapshot)>;
EventText to_event(const events::Change& change, const PrintOf& print_of);

/// Whether an event of this name is for that follower: tasks are for administrators.
bool may_see(std::string_view event, const std::optional<identity::Account>& account);

}  // namespace karmen::api
