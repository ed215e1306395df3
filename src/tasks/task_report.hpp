#pragma once

#include "domain/task_record.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/event.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace karmen::tasks {

/// What a handler tells of its task while it does it. The worker writes it down now and then, and in any case when the
/// handler has ended, well or not. It lives as long as the handler's coroutine. Loop only.
class TaskReport {
  public:
    TaskReport(const Executor& loop, std::size_t result_bytes_max)
        : result_bytes_max_(result_bytes_max), changed_(loop) {}

    /// How much is done, 0 to 1, and what it does now, in a sentence for people. May be called as often as one likes.
    void progress(double fraction, std::string_view sentence);
    /// What was found, and what failed: replaces the former result. If it is too long, only its size is kept; a handler
    /// that may find much shows less in time.
    void result(const boost::json::object& result);

    const TaskProgress& current() const { return current_; }
    /// Returns if there is anything that the last call did not know.
    Awaitable<void> until_changed();

  private:
    void change();

    std::size_t result_bytes_max_;
    TaskProgress current_;
    bool is_new_ = false;
    Condition changed_;
};

}  // namespace karmen::tasks
