#include "tasks/database_queue.hpp"

#include "base/random.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace karmen::tasks {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReceiptBytes = 16;
/// Another process may have added a task without a word to this one.
constexpr milliseconds kLookAgain{1000};

}  // namespace

DatabaseQueue::DatabaseQueue(Executor loop, storage::TaskRepository& tasks, Pool& blocking, const Clock& clock,
                             QueueOptions options)
    : tasks_(tasks), blocking_(blocking), clock_(clock), options_(options), added_(loop) {}

Awaitable<void> DatabaseQueue::recover() {
    co_await offload(blocking_, [&] { tasks_.give_back_all(clock_.now()); });
}

storage::TaskRepository::Lease DatabaseQueue::lease(std::string receipt) const {
    return {std::move(receipt), clock_.now() + options_.visibility_timeout};
}

Awaitable<std::string> DatabaseQueue::add(NewTask task) {
    const Task made = make_task(std::move(task), clock_.now(), options_);
    co_await offload(blocking_, [&] { tasks_.add(made, made.created, options_.waiting_max); });
    wake();
    co_return made.id;
}

Awaitable<std::optional<Delivery>> DatabaseQueue::take_now() {
    const std::string receipt = random_hex(kReceiptBytes);
    auto task =
        co_await offload(blocking_, [&] { return tasks_.take(lease(receipt), clock_.now(), options_.attempts_max); });
    if (!task) co_return std::nullopt;
    co_return Delivery{std::move(*task), receipt};
}

Awaitable<milliseconds> DatabaseQueue::until_next_due(milliseconds limit) {
    const auto due = co_await offload(blocking_, [&] { return tasks_.next_due(); });
    if (!due) co_return limit;
    const auto wait = std::chrono::ceil<milliseconds>(*due - clock_.now());
    co_return std::clamp(wait, milliseconds(1), limit);
}

void DatabaseQueue::wake() {
    ++wakes_;
    added_.cancel();
}

/// Or until a task is added.
Awaitable<void> DatabaseQueue::wait(milliseconds duration) {
    added_.expires_after(duration);
    co_await added_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

Awaitable<std::optional<Delivery>> DatabaseQueue::take(milliseconds wait_max) {
    using Steady = std::chrono::steady_clock;
    const auto end = Steady::now() + wait_max;
    while (true) {
        const auto wakes_before = wakes_;
        if (auto delivery = co_await take_now()) co_return delivery;
        const auto left = std::chrono::ceil<milliseconds>(end - Steady::now());
        if (left <= milliseconds(0)) co_return std::nullopt;
        const auto pause = co_await until_next_due(std::min(left, kLookAgain));
        if (wakes_ == wakes_before) co_await wait(pause);
    }
}

Awaitable<bool> DatabaseQueue::renew(const Delivery& delivery) {
    co_return co_await offload(blocking_, [&] { return tasks_.renew(delivery.task.id, lease(delivery.receipt)); });
}

Awaitable<void> DatabaseQueue::acknowledge(const Delivery& delivery) {
    co_await offload(blocking_, [&] { tasks_.remove_done(delivery.task.id); });
}

Awaitable<TaskState> DatabaseQueue::fail(const Delivery& delivery, std::string error) {
    if (delivery.task.attempt >= options_.attempts_max) {
        co_await give_up(delivery, std::move(error));
        co_return TaskState::kDead;
    }
    const auto due = clock_.now() + retry_delay(delivery.task.attempt, options_);
    co_await offload(blocking_, [&] { tasks_.retry_at(delivery.task.id, delivery.receipt, due, short_text(error)); });
    wake();
    co_return TaskState::kRetryWaiting;
}

Awaitable<void> DatabaseQueue::give_up(const Delivery& delivery, std::string error) {
    co_await offload(blocking_, [&] {
        tasks_.bury(delivery.task.id, delivery.receipt, clock_.now(), short_text(error), options_.dead_max);
    });
}

Awaitable<void> DatabaseQueue::give_back(const Delivery& delivery) {
    co_await offload(blocking_, [&] { tasks_.give_back(delivery.task.id, delivery.receipt, clock_.now()); });
    wake();
}

Awaitable<std::vector<DeadTask>> DatabaseQueue::dead(std::size_t max) {
    co_return co_await offload(blocking_, [&] { return tasks_.dead(max); });
}

Awaitable<bool> DatabaseQueue::replay(std::string id) {
    const bool is_replayed = co_await offload(blocking_, [&] { return tasks_.replay(id, clock_.now()); });
    if (is_replayed) wake();
    co_return is_replayed;
}

Awaitable<bool> DatabaseQueue::discard(std::string id) {
    co_return co_await offload(blocking_, [&] { return tasks_.discard(id); });
}

Awaitable<TaskCounts> DatabaseQueue::counts() {
    co_return co_await offload(blocking_, [&] { return tasks_.counts(); });
}

}  // namespace karmen::tasks
