#pragma once

#include "runtime/awaitable.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>

namespace karmen {

/// Something that happens once and that many may wait for. Loop only. REQUIRES: all waiters have left before it is
/// destroyed.
class Event {
  public:
    explicit Event(const Executor& loop) : timer_(loop, boost::asio::steady_timer::time_point::max()) {}

    void set() {
        is_set_ = true;
        timer_.cancel();
    }
    bool is_set() const { return is_set_; }

    /// Returns at once when it has happened already. Throws operation_aborted when the waiter is cancelled.
    Awaitable<void> wait();

  private:
    boost::asio::steady_timer timer_;
    bool is_set_ = false;
};

/// Something that happens again and again, and that many may wait for. Loop only. REQUIRES: all waiters have left
/// before it is destroyed.
class Condition {
  public:
    explicit Condition(const Executor& loop) : timer_(loop, boost::asio::steady_timer::time_point::max()) {}

    /// Wakes those who wait now.
    void notify_all() { timer_.cancel(); }

    /// Until the next notify_all(). Throws operation_aborted when the waiter is cancelled.
    Awaitable<void> wait();

  private:
    boost::asio::steady_timer timer_;
};

/// Limits how many callers do something at the same time; the others wait in a queue. Loop only.
class Semaphore {
  public:
    Semaphore(const Executor& loop, std::size_t places)
        : free_(places), freed_(loop, boost::asio::steady_timer::time_point::max()) {}

    /// Holds a place until it is destroyed.
    class Place {
      public:
        explicit Place(Semaphore& owner) : owner_(&owner) {}
        Place(Place&& other) noexcept : owner_(other.owner_) { other.owner_ = nullptr; }
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (owner_) owner_->release();
        }

      private:
        Semaphore* owner_;
    };

    Awaitable<Place> acquire();

  private:
    void release() {
        ++free_;
        freed_.cancel_one();
    }

    std::size_t free_;
    boost::asio::steady_timer freed_;
};

}  // namespace karmen
