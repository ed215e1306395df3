#pragma once

#include "storage/backend.hpp"
#include "storage/driver.hpp"
#include "storage/statement.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace karmen::storage {

/// One connection to the database and its prepared statements. Owned by the pool of the Database, lent to one Session
/// at a time. One thread at a time, blocks. Throws Error; what the database said is told apart by `has_failed`.
class Connection {
  public:
    explicit Connection(Backend& backend);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs the statement and calls back for each row; returns how many rows it changed. Statements are prepared once
    /// and kept, so texts must not hold values. No callback may run the same statement again.
    std::int64_t run(const Sql& sql, const std::vector<Param>& params, const RowCallback& on_row);
    void run_script(const std::string& script);

    void lend_for(Purpose purpose) { purpose_ = purpose; }

    const Dialect& dialect() const { return backend_.dialect(); }
    /// The database could not be reached: do not use this connection again.
    bool is_broken() const { return is_broken_; }
    void mark_broken() { is_broken_ = true; }
    /// Whether the database still holds the other end, as far as that can be told without waiting.
    bool is_alive() { return driver_->is_alive(); }

    /// Whether a statement has failed since `forget_failures`. PostgreSQL takes a COMMIT after that for a ROLLBACK, and
    /// does not call it an error.
    bool has_failed() const { return has_failed_; }
    void forget_failures() { has_failed_ = false; }

  private:
    std::shared_ptr<DriverStatement> prepared(const Sql& sql);
    template <class Action>
    auto watched(Action action);

    Backend& backend_;
    std::unique_ptr<DriverConnection> driver_;
    std::unordered_map<std::string, std::shared_ptr<DriverStatement>> statements_;
    Purpose purpose_ = Purpose::kWork;
    bool is_broken_ = false;
    bool has_failed_ = false;
};

}  // namespace karmen::storage
