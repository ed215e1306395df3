#include "api/event_json.hpp"

#include "api/json.hpp"
#include "api/json_text.hpp"

namespace karmen::api {

namespace {

using events::Change;

constexpr const char* kTaskEvent = "task";

struct ToEvent {
    const PrintOf& print_of;

    EventText operator()(const events::PrinterSeen& seen) const {
        return {"printer",
                to_text(services::PrinterView{.printer = seen.printer,
                                              .fields = services::PrinterFields::all(),
                                              .snapshot = seen.snapshot,
                                              .print = print_of(seen.printer.id, seen.snapshot)}),
                {events::EventSubject::Kind::kState, seen.printer.id.to_string()}};
    }
    EventText operator()(const events::PrinterRemoved& removed) const {
        return {"printer-removed",
                to_text(boost::json::object{{"id", removed.id.to_string()}, {"host", removed.host}}),
                {events::EventSubject::Kind::kEnd, removed.id.to_string()}};
    }
    EventText operator()(const events::GcodeStored& stored) const { return {"gcode", to_text(stored.gcode)}; }
    EventText operator()(const events::GcodeRemoved& removed) const {
        return {"gcode-removed", to_text(boost::json::object{{"id", removed.id}})};
    }
    EventText operator()(const events::PrintJobChanged& changed) const { return {"printjob", to_text(changed.job)}; }
    EventText operator()(const events::PrintJobRemoved& removed) const {
        return {"printjob-removed", to_text(boost::json::object{{"id", removed.id}})};
    }
    EventText operator()(const events::TaskChanged& changed) const {
        const auto kind =
            has_ended(changed.task.state) ? events::EventSubject::Kind::kEnd : events::EventSubject::Kind::kState;
        return {kTaskEvent, to_text(changed.task), {kind, changed.task.id.to_string()}};
    }
};

}  // namespace

EventText to_event(const Change& change, const PrintOf& print_of) {
    return std::visit(ToEvent{print_of}, change);
}

bool may_see(std::string_view event, const std::optional<identity::Account>& account) {
    return event != kTaskEvent || (account && account->principal.role == Role::kAdmin);
}

}  // namespace karmen::api
