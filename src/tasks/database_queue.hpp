#pragma once

#include "base/clock.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/task_repository.hpp"
#include "tasks/queue.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>

namespace karmen::tasks {

/// The queue of one process, without Redis: in the database. Tasks that it has acknowledged survive a crash like every
/// other row. Loop only; owned by the composition root.
class DatabaseQueue final : public Queue {
  public:
    DatabaseQueue(Executor loop, storage::TaskRepository& tasks, Pool& blocking, const Clock& clock,
                  QueueOptions options);

    /// Frees the tasks that a former process was running when it ended. REQUIRES: no other process uses the queue.
    Awaitable<void> recover();

    Awaitable<std::string> add(NewTask task) override;
    Awaitable<std::optional<Delivery>> take(std::chrono::milliseconds wait) override;
    Awaitable<bool> renew(const Delivery& delivery) override;
    Awaitable<void> acknowledge(const Delivery& delivery) override;
    Awaitable<TaskState> fail(const Delivery& delivery, std::string error) override;
    Awaitable<void> give_up(const Delivery& delivery, std::string error) override;
    Awaitable<void> give_back(const Delivery& delivery) override;
    Awaitable<std::vector<DeadTask>> dead(std::size_t max) override;
    Awaitable<bool> replay(std::string id) override;
    Awaitable<bool> discard(std::string id) override;
    Awaitable<TaskCounts> counts() override;

    /// Makes take() look again; for callers that add tasks in another way.
    void wake();

  private:
    Awaitable<std::optional<Delivery>> take_now();
    Awaitable<std::chrono::milliseconds> until_next_due(std::chrono::milliseconds limit);
    Awaitable<void> wait(std::chrono::milliseconds duration);
    storage::TaskRepository::Lease lease(std::string receipt) const;

    storage::TaskRepository& tasks_;
    Pool& blocking_;
    const Clock& clock_;
    QueueOptions options_;
    boost::asio::steady_timer added_;
    std::uint64_t wakes_ = 0;
};

}  // namespace karmen::tasks
