#include "tasks/task_report.hpp"

#include "tasks/queue.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace karmen::tasks {

void TaskReport::progress(double fraction, std::string_view sentence) {
    current_.fraction = std::isfinite(fraction) ? std::optional(std::clamp(fraction, 0.0, 1.0)) : std::nullopt;
    current_.sentence = short_text(sentence);
    change();
}

void TaskReport::result(const boost::json::object& result) {
    std::string text = boost::json::serialize(result);
    if (text.size() > result_bytes_max_)
        text = boost::json::serialize(boost::json::object{{"too_long_bytes", text.size()}});
    current_.result = std::move(text);
    change();
}

void TaskReport::change() {
    is_new_ = true;
    changed_.notify_all();
}

Awaitable<void> TaskReport::until_changed() {
    while (!is_new_) co_await changed_.wait();
    is_new_ = false;
}

}  // namespace karmen::tasks
