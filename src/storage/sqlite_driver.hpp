#pragma once

#include "storage/driver.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>

namespace karmen::storage {

/// What a result of SQLite means, extended or not. `message` is of sqlite3_errmsg.
DatabaseError sqlite_error(int result, const std::string& message);

/// A connection to a file that exists.
class SqliteConnection final : public DriverConnection {
  public:
    struct Limits {
        std::optional<std::chrono::milliseconds> statement;  ///< none: as long as it takes
        std::chrono::milliseconds busy;                      ///< a wait for another writer
    };

    /// `are_lists_ended` outlives it, and ends what is watched for lists. Throws DatabaseError.
    SqliteConnection(const std::filesystem::path& file, const Limits& limits, const std::atomic<bool>& are_lists_ended);

    std::unique_ptr<DriverStatement> prepare(const Sql& sql) override;
    void run_script(const std::string& script) override;
    std::unique_ptr<StatementWatch> watch(Purpose purpose) override;

    /// For what only SQLite has.
    sqlite3* handle() const { return handle_.get(); }
    /// Throws the connection's last error when `result` is one.
    void check(int result) const;

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    std::unique_ptr<sqlite3, Close> handle_;
    Limits limits_;
    const std::atomic<bool>& are_lists_ended_;
};

}  // namespace karmen::storage
