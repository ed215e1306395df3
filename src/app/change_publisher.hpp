#pragma once

#include "api/event_json.hpp"
#include "events/event_journal.hpp"

#include <utility>

namespace karmen::app {

/// Publishes changes to the followers of GET /events. Loop only.
class ChangePublisher final : public events::ChangeListener {
  public:
    explicit ChangePublisher(events::EventJournal& journal) : journal_(journal) {}

    void on_change(const events::Change& change) override {
        api::EventText text = api::to_event(change);
        journal_.publish(std::move(text.name), std::move(text.data));
    }

  private:
    events::EventJournal& journal_;
};

}  // namespace karmen::app
