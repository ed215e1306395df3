#include "storage/sqlite_commit_number.hpp"

#include <memory>
#include <sqlite3.h>
#include <utility>

namespace karmen::storage {
namespace {

/// SQLite counts the commits of other connections in `PRAGMA data_version`. A reader of a write-ahead log waits for no
/// writer, and looks only at memory that all connections share, and after a commit at the first page. Without a busy
/// timeout nothing else makes it wait: what fails has no number.
class DataVersion {
  public:
    explicit DataVersion(std::filesystem::path file) : file_(std::move(file)) {}

    std::optional<std::int64_t> read() {
        if (!statement_ && !prepare()) return std::nullopt;
        const bool is_read = sqlite3_step(statement_.get()) == SQLITE_ROW;
        const std::int64_t number = is_read ? sqlite3_column_int64(statement_.get(), 0) : 0;
        const bool has_ended = sqlite3_reset(statement_.get()) == SQLITE_OK;
        return is_read && has_ended ? std::optional(number) : std::nullopt;
    }

  private:
    struct Close {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    bool prepare() {
        sqlite3* connection = nullptr;
        const int opened =
            sqlite3_open_v2(file_.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        connection_.reset(connection);  // there is one after a failure too
        if (opened != SQLITE_OK) return false;
        sqlite3_stmt* statement = nullptr;
        const int prepared =
            sqlite3_prepare_v3(connection, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        statement_.reset(statement);
        return prepared == SQLITE_OK;
    }

    const std::filesystem::path file_;
    std::unique_ptr<sqlite3, Close> connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace

CommitNumber sqlite_commit_number(std::filesystem::path file) {
    return [version = std::make_shared<DataVersion>(std::move(file))] { return version->read(); };
}

}  // namespace karmen::storage
