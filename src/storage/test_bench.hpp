#pragma once

#include "base/log.hpp"
#include "base/test_clock.hpp"
#include "domain/access.hpp"
#include "domain/user.hpp"
#include "runtime/loop.hpp"
#include "runtime/testing.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace karmen::storage {

inline constexpr int kTestBcryptCost = 4;
inline constexpr std::size_t kTestQueueMax = 64;

/// For tests only: what every service stands on. One thread in each pool, so that what was submitted runs in its order.
class ServiceTest : public testing::Test {
  public:
    template <class T>
    T run(Awaitable<T> operation) {
        return loop.run_until_done(std::move(operation));
    }

    template <class T>
    std::optional<ErrorCode> error_of(Awaitable<T> operation) {
        return run(code_of(std::move(operation)));
    }

    /// An account without a way to log in.
    Principal add_account(const std::string& username, Role role = Role::kUser) {
        const User user{.uuid = Uuid::random(), .username = username, .role = role, .created = clock.now()};
        UserRepository(*database).create(user, LocalUser{.user = user.uuid, .password_hash = "none"});
        return {.user = user.uuid, .username = username, .role = role};
    }

    /// Returns when all work on files has been done, also what nobody waits for.
    void finish_file_work() {
        run(until([this] { return file_work.unfinished() == 0; }));
    }

    Loop loop;
    Log log = Log::silent();
    TurnableClock clock;
    TestDatabase database;
    Pool blocking{"blocking", 1, kTestQueueMax};
    Pool file_work{"files", 1, kTestQueueMax};
    Pool cpu{"cpu", 1, kTestQueueMax};
    Pool list_work{"lists", 1, kTestQueueMax};
    ListReader lists{blocking, list_work, std::chrono::hours(1)};
};

}  // namespace karmen::storage
