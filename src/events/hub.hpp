#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace karmen::events {

/// Tells each event to all who subscribed, in the order in which they did. Listeners run on the loop and must neither
/// block nor throw: slow work belongs into a queue or a task group of the listener. They may subscribe, unsubscribe and
/// publish while they are told; what they publish is told after the present event, so all see one order. Loop only.
template <class Event>
class Hub {
  public:
    using Listener = std::function<void(const Event&)>;

  private:
    using Listeners = std::map<std::uint64_t, std::shared_ptr<const Listener>>;

  public:
    /// The listener is called until this is destroyed, which may be after the hub.
    class Subscription {
      public:
        Subscription(std::shared_ptr<Listeners> listeners, std::uint64_t number)
            : listeners_(std::move(listeners)), number_(number) {}
        Subscription(Subscription&&) noexcept = default;
        Subscription& operator=(Subscription&&) = delete;
        ~Subscription() {
            if (listeners_) listeners_->erase(number_);
        }

      private:
        std::shared_ptr<Listeners> listeners_;
        std::uint64_t number_;
    };

    [[nodiscard]] Subscription subscribe(Listener listener) {
        listeners_->emplace(next_, std::make_shared<const Listener>(std::move(listener)));
        return {listeners_, next_++};
    }

    void publish(Event event) {
        waiting_.push_back(std::move(event));
        if (waiting_.size() > 1) return;  // a listener publishes: its event comes after the present one
        for (; !waiting_.empty(); waiting_.pop_front()) tell(waiting_.front());
    }

  private:
    void tell(const Event& event) {
        // Those who subscribe meanwhile are told from the next event on.
        const std::uint64_t end = next_;
        for (auto next = listeners_->begin(); next != listeners_->end() && next->first < end;) {
            const std::uint64_t number = next->first;
            // It may unsubscribe itself, and must live until it returns.
            const std::shared_ptr<const Listener> listener = next->second;
            (*listener)(event);
            next = listeners_->upper_bound(number);
        }
    }

    std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
    std::uint64_t next_ = 0;
    std::deque<Event> waiting_;
};

}  // namespace karmen::events
