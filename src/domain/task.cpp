#include "domain/task.hpp"

namespace karmen {

std::string_view to_string(TaskState state) {
    switch (state) {
        case TaskState::kQueued:
            return "queued";
        case TaskState::kRunning:
            return "running";
        case TaskState::kRetryWaiting:
            return "retry_waiting";
        case TaskState::kDead:
            return "dead";
        case TaskState::kDone:
            return "done";
    }
    return "queued";
}

std::optional<TaskState> next_state(TaskState state, TaskEvent event) {
    for (const TaskTransition& transition : kTaskTransitions)
        if (transition.from == state && transition.event == event) return transition.to;
    return std::nullopt;
}

}  // namespace karmen
