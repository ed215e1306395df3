#pragma once

#include "api/event_json.hpp"
#include "events/event_journal.hpp"

#include <utility>

namespace karmen::app {

/// Publishes changes to the followers of GET /events. Loop only.
class ChangePublisher final : public events::ChangeListener {
  public:
    ChangePublisher(events::EventJournal& journal, api::PrintOf print_of)
        : journal_(journal), print_of_(std::move(print_of)) {}

    void on_change(const events::Change& change) override {
        api::EventText text = api::to_event(change, print_of_);
        journal_.publish(std::move(text.name), std::move(text.data), std::move(text.subject));
    }

  private:
    events::EventJournal& journal_;
    api::PrintOf print_of_;
};

}  // namespace karmen::app
