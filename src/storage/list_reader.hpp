#pragma once

#include "base/error.hpp"
#include "runtime/pool.hpp"

#include <chrono>

namespace karmen::storage {

/// Where lists are read: those that may read a whole table have threads of their own, fewer than the database has
/// others, so that nobody else waits for them. Loop only; owned by the composition root.
class ListReader {
  public:
    /// A list waits for a thread no longer than `wait_max`.
    ListReader(Pool& blocking, Pool& lists, std::chrono::milliseconds wait_max)
        : blocking_(blocking), lists_(lists), wait_max_(wait_max) {}

    /// A page of the repository, which outlives it. Throws Error(kOverloaded) when too many lists wait, or when it has
    /// waited for too long.
    template <class Repository, class Query>
    auto read(Repository& repository, Query query) -> Awaitable<decltype(repository.list(query))> {
        if (!Repository::may_read_all_rows(query))
            co_return co_await offload(blocking_, [&] { return repository.list(query); });
        const auto give_up = std::chrono::steady_clock::now() + wait_max_;
        co_return co_await offload(lists_, [&] {
            if (std::chrono::steady_clock::now() > give_up)
                throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many lists are being read, try again later"},
                            LogDetail{"a list has waited for a thread for too long"})
                    .with_retry_after(kRetryAfterS);
            return repository.list(query);
        });
    }

  private:
    static constexpr int kRetryAfterS = 5;

    Pool& blocking_;
    Pool& lists_;
    std::chrono::milliseconds wait_max_;
};

}  // namespace karmen::storage
