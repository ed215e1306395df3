#include "app/background_work.hpp"

#include <chrono>
#include <utility>

namespace karmen::app {

namespace {

/// Removes what unfinished uploads have left for more than a day. Twice: the second finds nothing.
constexpr const char* kCleanStore = "clean_store";
/// Analyses files that have no analysis, such as those of an older Karmen. Twice: the same facts are written again.
constexpr const char* kAnalyzeMissing = "analyze_missing";

/// Removes log-ins of which the last token has expired. Twice: the second finds nothing.
constexpr const char* kCleanSessions = "clean_sessions";

constexpr std::chrono::minutes kDeadline{30};

Awaitable<void> remove_expired(identity::LoginSessions& login_sessions) {
    co_await login_sessions.remove_expired();
}

}  // namespace

tasks::Handlers task_handlers(services::Gcodes& gcodes, identity::LoginSessions& login_sessions,
                              std::filesystem::path unlisted_folder) {
    tasks::Handlers handlers;
    handlers[kCleanStore] = {.run = [&gcodes, unlisted_folder](Task) { return gcodes.clean(unlisted_folder); },
                             .deadline = kDeadline};
    handlers[kAnalyzeMissing] = {.run = [&gcodes](Task) { return gcodes.analyze_missing(); }, .deadline = kDeadline};
    handlers[kCleanSessions] = {.run = [&login_sessions](Task) { return remove_expired(login_sessions); },
                                .deadline = kDeadline};
    return handlers;
}

std::vector<tasks::Schedule> task_schedules(const config::Tasks& tasks) {
    return {{.name = kCleanStore, .interval = tasks.clean_store_interval, .task = {.kind = kCleanStore}},
            {.name = kAnalyzeMissing, .interval = tasks.analyze_interval, .task = {.kind = kAnalyzeMissing}},
            {.name = kCleanSessions, .interval = tasks.clean_sessions_interval, .task = {.kind = kCleanSessions}}};
}

}  // namespace karmen::app
