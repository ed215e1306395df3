#include "tasks/queue.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace karmen::tasks {

namespace {

constexpr std::size_t kKindBytesMax = 64;
constexpr std::size_t kTextBytesMax = 500;

}  // namespace

std::chrono::milliseconds retry_delay(int attempts, const QueueOptions& options) {
    auto delay = options.backoff_min;
    for (int i = 1; i < attempts && delay < options.backoff_max; ++i) delay *= 2;
    delay = std::min(delay, options.backoff_max);
    std::array<std::byte, 1> random{};
    fill_random(random);
    return delay / 2 + delay * std::to_integer<int>(random[0]) / 510;
}

Task make_task(NewTask task, Timestamp now, const QueueOptions& options) {
    if (task.kind.empty() || task.kind.size() > kKindBytesMax) throw Error::invalid("/task", "unknown kind of task");
    if (task.payload.size() > options.payload_bytes_max) throw Error::invalid("/payload", "is too long");
    return {.id = Uuid::random().to_string(),
            .kind = std::move(task.kind),
            .payload = std::move(task.payload),
            .created = now};
}

std::string short_text(std::string_view text) {
    std::string valid = to_valid_utf8(text.substr(0, kTextBytesMax));
    std::ranges::replace(valid, '\0', ' ');  // PostgreSQL stores none
    return valid;
}

}  // namespace karmen::tasks
