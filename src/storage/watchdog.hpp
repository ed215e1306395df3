#pragma once

#include "storage/backend.hpp"

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace karmen::storage {

/// Shuts down sockets on which an answer is waited for too long, so that the thread that waits there goes on with an
/// error; those of lists also when lists are to end. Owned by a backend, outlives its watches. Any thread; never waits
/// for a socket.
class Watchdog {
    using Time = std::chrono::steady_clock::time_point;
    struct Entry {
        int socket;
        Purpose purpose;
        Time deadline;
        bool is_ended = false;
    };
    using Entries = std::list<Entry>;

  public:
    /// Watches as long as it lives; the socket must live longer.
    class Watch {
      public:
        Watch() = default;
        Watch(Watch&& other) noexcept;
        Watch& operator=(Watch&&) = delete;
        ~Watch();

      private:
        friend class Watchdog;
        Watch(Watchdog& watchdog, Entries::iterator entry) : watchdog_(&watchdog), entry_(entry) {}

        Watchdog* watchdog_ = nullptr;
        Entries::iterator entry_;
    };

    explicit Watchdog(std::chrono::milliseconds limit);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    Watch watch(int socket, Purpose purpose = Purpose::kWork);
    /// Shuts down those that are watched for lists, and those that will be.
    void end_lists();

  private:
    void run();
    void end_overdue(Time now);
    Entries::iterator end(Entries::iterator entry);
    void forget(Entries::iterator entry);

    const std::chrono::milliseconds limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Entries entries_;           ///< in the order of their deadlines, since all have the same time
    Entries ended_;             ///< still watched, but there is nothing left to do
    bool is_sleeping_ = false;  ///< until somebody wakes it: nothing was being watched
    bool are_lists_ended_ = false;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace karmen::storage
