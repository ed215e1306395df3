#include "api/event_json.hpp"

#include "api/json.hpp"
#include "api/json_text.hpp"

namespace karmen::api {

namespace {

using events::Change;

struct ToEvent {
    EventText operator()(const events::PrinterSeen& seen) const {
        return {"printer",
                to_text(to_json(services::PrinterView{
                    .printer = seen.printer, .fields = services::PrinterFields::all(), .snapshot = seen.snapshot}))};
    }
    EventText operator()(const events::PrinterRemoved& removed) const {
        return {"printer-removed",
                to_text(boost::json::object{{"id", removed.id.to_string()}, {"host", removed.host}})};
    }
    EventText operator()(const events::GcodeStored& stored) const { return {"gcode", to_text(to_json(stored.gcode))}; }
    EventText operator()(const events::GcodeRemoved& removed) const {
        return {"gcode-removed", to_text(boost::json::object{{"id", removed.id}})};
    }
    EventText operator()(const events::PrintJobStarted& started) const {
        return {"printjob", to_text(to_json(started.job))};
    }
    EventText operator()(const events::PrintJobRemoved& removed) const {
        return {"printjob-removed", to_text(boost::json::object{{"id", removed.id}})};
    }
};

}  // namespace

EventText to_event(const Change& change) {
    return std::visit(ToEvent{}, change);
}

}  // namespace karmen::api
