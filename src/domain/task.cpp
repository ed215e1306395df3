#include "domain/task.hpp"

namespace karmen {

std::optional<TaskState> next_state(TaskState state, TaskEvent event) {
    for (const TaskTransition& transition : kTaskTransitions)
        if (transition.from == state && transition.event == event) return transition.to;
    return std::nullopt;
}

}  // namespace karmen
