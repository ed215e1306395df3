#pragma once

#include "api/event_json.hpp"
#include "services/event_journal.hpp"

#include <utility>

namespace karmen::app {

/// Tells changes to those who follow GET /events. Loop only.
class ChangePublisher final : public services::ChangeListener {
  public:
    explicit ChangePublisher(services::EventJournal& journal) : journal_(journal) {}

    void on_change(const services::Change& change) override {
        api::EventText text = api::to_event(change);
        journal_.publish(std::move(text.name), std::move(text.data));
    }

  private:
    services::EventJournal& journal_;
};

}  // namespace karmen::app
