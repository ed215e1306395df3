#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"
#include "domain/task.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace karmen {

/// Who asked for a task.
enum class TaskOrigin { kUser, kCommandLine, kSchedule };
template <>
struct Words<TaskOrigin> {
    using enum TaskOrigin;
    static constexpr std::array words{std::pair{kUser, std::string_view("user")},
                                      std::pair{kCommandLine, std::string_view("command_line")},
                                      std::pair{kSchedule, std::string_view("schedule")}};
};

/// How far a task is, and what it has found.
struct TaskProgress {
    std::optional<double> fraction;     ///< 0 to 1; nullopt: it does not say
    std::string sentence;               ///< what it does now; may be empty
    std::optional<std::string> result;  ///< a JSON object as text
    bool operator==(const TaskProgress&) const = default;
};

/// What became of a task, for people and programs. It stays when the task is done, and the queue forgets it.
struct TaskRecord {
    Uuid id;
    std::string kind;
    TaskOrigin origin = TaskOrigin::kSchedule;
    std::optional<Uuid> user;  ///< who asked; may be deleted meanwhile
    std::optional<std::string> username;
    TaskState state = TaskState::kQueued;
    int attempt = 0;
    Timestamp queued{};
    std::optional<Timestamp> started;  ///< of the newest attempt
    std::optional<Timestamp> ended;    ///< done or dead
    TaskProgress progress;
    std::optional<std::string> error;  ///< of the last attempt that failed
    bool operator==(const TaskRecord&) const = default;
};
template <>
struct Description<TaskRecord> {
    using T = TaskRecord;
    static constexpr std::string_view name = "Task";

    static boost::json::value result(const T& task) {
        if (!task.progress.result) return nullptr;
        boost::system::error_code broken;
        return boost::json::parse(*task.progress.result, broken);
    }

    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{.name = "kind",
               .pointer = &T::kind,
               .text = "What is done",
               .schema = R"({"examples": ["scan_network", "clean_store"]})"},
        Member{"origin", &T::origin, "Who asked for it"},
        Member{"user_uuid", &T::user},
        Member{"username", &T::username, "As it was then"},
        Member{"state", &T::state,
               "queued, running, retry_waiting: it failed and is tried again; dead: it is not tried again; done"},
        Member{"attempt", &T::attempt, "1 for the first; 0: not tried yet"},
        Member{"queued", &T::queued},
        Member{"started", &T::started, "Of the newest attempt"},
        Member{"ended", &T::ended, "null until it is done or dead"},
        Computed{.name = "progress",
                 .get = Via<&T::progress, &TaskProgress::fraction>{},
                 .text = "null: it does not say",
                 .schema = R"({"minimum": 0, "maximum": 1})"},
        Computed{"message", Via<&T::progress, &TaskProgress::sentence>{}, "What it does, for people", IfEmpty::kNull},
        Computed{.name = "result",
                 .get = result,
                 .text = "What it has found, and what failed; its members depend on the kind. null: nothing yet",
                 .schema = R"({"type": ["object", "null"]})"},
        Member{"error", &T::error, "Of the last attempt that failed"},
    };
};

}  // namespace karmen
