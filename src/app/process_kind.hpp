#pragma once

namespace karmen::app {

/// What a server process does of the whole installation.
enum class ProcessKind {
    kServe,      ///< everything, by itself
    kApi,        ///< answers requests, one of many
    kWorker,     ///< checks printers and does tasks, one of many
    kScheduler,  ///< adds the tasks that are due; of many one leads
};

constexpr bool answers_requests(ProcessKind kind) {
    return kind == ProcessKind::kServe || kind == ProcessKind::kApi;
}
constexpr bool does_tasks(ProcessKind kind) {
    return kind == ProcessKind::kServe || kind == ProcessKind::kWorker;
}
constexpr bool schedules_tasks(ProcessKind kind) {
    return kind == ProcessKind::kServe || kind == ProcessKind::kScheduler;
}
/// API processes ask a printer when somebody looks at it.
constexpr bool checks_printers(ProcessKind kind) {
    return does_tasks(kind);
}

}  // namespace karmen::app
