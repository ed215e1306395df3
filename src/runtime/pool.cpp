#include "runtime/pool.hpp"

#include "base/error.hpp"

namespace karmen {

Pool::Pool(std::string name, std::size_t threads, std::size_t queue_max)
    : name_(std::move(name)), unfinished_max_(queue_max + threads), threads_(threads) {}

Pool::~Pool() {
    threads_.join();
}

void Pool::reserve() {
    if (unfinished_.fetch_add(1, std::memory_order_relaxed) < unfinished_max_) return;
    unfinished_.fetch_sub(1, std::memory_order_relaxed);
    throw Error(ErrorCode::kOverloaded, PublicMessage{"The server is busy, try again later"},
                LogDetail{"pool " + name_ + " has no place left"})
        .with_retry_after(1);
}

void Pool::submit(std::move_only_function<void()> work) {
    boost::asio::post(threads_, [this, work = std::move(work)]() mutable {
        work();
        unfinished_.fetch_sub(1, std::memory_order_relaxed);
    });
}

}  // namespace karmen
