#include "storage/sqlite_driver.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <new>
#include <string_view>
#include <thread>

namespace karmen::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Steps of SQLite's virtual machine between two looks at the clock: a list takes about ten for each row.
constexpr int kStepsBetweenLooks = 100;
/// How long to sleep before a lock is tried again, at most.
constexpr milliseconds kLockPauseMax{50};

/// Ends the statement when its time is up, or when nobody wants it any more; and a wait for another writer.
class SqliteWatch final : public StatementWatch {
  public:
    SqliteWatch(sqlite3* connection, const SqliteConnection::Limits& limits, const std::atomic<bool>* is_unwanted)
        : connection_(connection), is_unwanted_(is_unwanted), busy_max_(limits.busy) {
        if (limits.statement) deadline_ = steady_clock::now() + *limits.statement;
        sqlite3_progress_handler(connection_, kStepsBetweenLooks, &ends, this);
        sqlite3_busy_handler(connection_, &waits, this);
    }
    ~SqliteWatch() override {
        sqlite3_progress_handler(connection_, 0, nullptr, nullptr);
        sqlite3_busy_handler(connection_, nullptr, nullptr);
    }

  private:
    bool is_over() const {
        return steady_clock::now() >= deadline_ || (is_unwanted_ != nullptr && is_unwanted_->load());
    }

    static int ends(void* self) { return static_cast<const SqliteWatch*>(self)->is_over() ? 1 : 0; }

    /// `times`: how often it has waited for this lock already.
    static int waits(void* self, int times) {
        auto& watch = *static_cast<SqliteWatch*>(self);
        const auto now = steady_clock::now();
        if (times == 0) watch.busy_since_ = now;
        const auto left = watch.busy_since_ + watch.busy_max_ - now;
        if (left.count() <= 0 || watch.is_over()) return 0;
        const milliseconds pause = std::min(milliseconds(1 << std::min(times, 5)), kLockPauseMax);
        std::this_thread::sleep_for(std::min<steady_clock::duration>(pause, left));
        return 1;
    }

    sqlite3* connection_;
    const std::atomic<bool>* is_unwanted_;
    milliseconds busy_max_;
    steady_clock::time_point deadline_ = steady_clock::time_point::max();
    steady_clock::time_point busy_since_;
};

Error refused(std::string_view why, const Sql& sql) {
    return {ErrorCode::kInternal, PublicMessage{"The database refused a request"},
            LogDetail{std::string(why) + ": " + sql.text}};
}

class SqliteStatement final : public DriverStatement {
  public:
    SqliteStatement(const SqliteConnection& connection, const Sql& sql) : connection_(connection), sql_(sql) {
        sqlite3_stmt* handle = nullptr;
        const char* rest = nullptr;
        const int size_with_nul = static_cast<int>(sql.text.size()) + 1;
        connection.check(sqlite3_prepare_v3(connection.handle(), sql.text.c_str(), size_with_nul,
                                            SQLITE_PREPARE_PERSISTENT, &handle, &rest));
        handle_.reset(handle);
        // SQLite compiles the first one and leaves out the others.
        if (handle == nullptr || !trim(rest).empty()) throw refused("not one statement", sql);
        for (int place = 1; place <= sqlite3_bind_parameter_count(handle); ++place) {
            const char* name = sqlite3_bind_parameter_name(handle, place);
            if (name == nullptr || *name != ':') throw refused("a parameter without a name", sql);
            parameters_.emplace_back(name + 1);
        }
        cells_.resize(sql.columns);
    }

    const std::vector<std::string>& parameters() const override { return parameters_; }

    std::int64_t run(std::span<const Param* const> values, const RowCallback& on_row) override {
        if (sqlite3_stmt_busy(handle_.get()) != 0) throw refused("a statement runs in its own callback", sql_);
        const std::unique_ptr<sqlite3_stmt, Reset> run(handle_.get());
        bind(values);
        const sqlite3_int64 changes_before = sqlite3_total_changes64(connection_.handle());
        while (next()) {
            read_cells();
            Row row(cells_);
            on_row(row);
        }
        // That of the statement before stays where a statement changes nothing.
        const bool has_changed = sqlite3_total_changes64(connection_.handle()) != changes_before;
        return has_changed ? sqlite3_changes64(connection_.handle()) : 0;
    }

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    /// Their results are those of the last step, which was looked at.
    struct Reset {
        void operator()(sqlite3_stmt* statement) const {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
        }
    };

    /// The texts stay where they are until the run is over.
    void bind(std::span<const Param* const> values) {
        int place = 0;
        for (const Param* value : values) {
            const std::string& text = value->text();
            ++place;
            connection_.check(value->is_null() ? sqlite3_bind_null(handle_.get(), place)
                                               : sqlite3_bind_text64(handle_.get(), place, text.data(), text.size(),
                                                                     SQLITE_STATIC, SQLITE_UTF8));
        }
    }

    bool next() {
        const int result = sqlite3_step(handle_.get());
        if (result != SQLITE_ROW && result != SQLITE_DONE) connection_.check(result);
        return result == SQLITE_ROW;
    }

    void read_cells() {
        if (static_cast<std::size_t>(sqlite3_data_count(handle_.get())) < cells_.size())
            throw refused("fewer columns than said", sql_);
        int column = 0;
        for (Cell& cell : cells_) {
            const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
            // A null, or no memory for the text of a number.
            if (text == nullptr && sqlite3_errcode(connection_.handle()) == SQLITE_NOMEM) throw std::bad_alloc();
            cell.is_null = text == nullptr;
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
            cell.text = cell.is_null ? std::string_view() : std::string_view(text, size);
            ++column;
        }
    }

    const SqliteConnection& connection_;
    const Sql sql_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    std::vector<std::string> parameters_;
    std::vector<Cell> cells_;
};

}  // namespace

DatabaseError sqlite_error(int result, const std::string& message) {
    const auto error = [&](ErrorCode code, const char* text) {
        return DatabaseError(Error(code, PublicMessage{text}, LogDetail{message}));
    };
    if (result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY)
        return error(ErrorCode::kConflict, "It exists already");
    switch (result & 0xff) {
        case SQLITE_INTERRUPT:
            return error(ErrorCode::kOverloaded, "The database took too long");
        case SQLITE_FULL:
            return error(ErrorCode::kDiskFull, "The disk of the database is full");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return error(ErrorCode::kStorageUnavailable, "The database is not available");
        default:
            return error(ErrorCode::kInternal, "The database refused a request");
    }
}

SqliteConnection::SqliteConnection(const std::filesystem::path& file, const Limits& limits,
                                   const std::atomic<bool>& are_lists_ended)
    : limits_(limits), are_lists_ended_(are_lists_ended) {
    sqlite3* handle = nullptr;
    // One thread at a time uses it, so SQLite need not lock it.
    const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle);  // there is one after a failure too, which holds the message
    if (handle == nullptr) throw std::bad_alloc();
    sqlite3_extended_result_codes(handle, 1);
    check(opened);
}

std::unique_ptr<DriverStatement> SqliteConnection::prepare(const Sql& sql) {
    return std::make_unique<SqliteStatement>(*this, sql);
}

void SqliteConnection::run_script(const std::string& script) {
    check(sqlite3_exec(handle(), script.c_str(), nullptr, nullptr, nullptr));
}

std::unique_ptr<StatementWatch> SqliteConnection::watch(Purpose purpose) {
    return std::make_unique<SqliteWatch>(handle(), limits_, purpose == Purpose::kList ? &are_lists_ended_ : nullptr);
}

void SqliteConnection::check(int result) const {
    if (result != SQLITE_OK) throw sqlite_error(result, sqlite3_errmsg(handle()));
}

}  // namespace karmen::storage
