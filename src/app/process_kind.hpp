#pragma once

namespace karmen::app {

/// The part of the installation that a server process does.
enum class ProcessKind {
    kServe,      ///< does everything alone
    kApi,        ///< answers requests, one of many
    kWorker,     ///< checks printers and does tasks, one of many
    kScheduler,  ///< adds the tasks that are due; one of many leads
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
/// API processes ask a printer only if a client wants to see it.
constexpr bool checks_printers(ProcessKind kind) {
    return does_tasks(kind);
}

}  // namespace karmen::app
