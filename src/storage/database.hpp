#pragma once

#include "storage/backend.hpp"
#include "storage/connect_gate.hpp"
#include "storage/connection.hpp"
#include "storage/filter_pattern.hpp"
#include "storage/statement.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace karmen::storage {

class Database;

/// A connection lent from the pool until the end of the session's life. Each statement outside a Transaction is one of
/// its own. One thread at a time, blocks. Statements throw Error: kConflict (a unique value is taken),
/// kStorageUnavailable, kDiskFull, kInternal.
class Session {
  public:
    Session(Session&&) = default;
    Session& operator=(Session&&) = delete;
    ~Session();

    /// Returns how many rows were changed.
    std::int64_t execute(std::string_view sql, const std::vector<Param>& params = {}) {
        return connection_->run({std::string(sql), 0}, params, [](Row&) {});
    }

    /// `on_row(Row&)` for each row.
    template <class OnRow>
    void each(const Sql& sql, const std::vector<Param>& params, OnRow on_row) {
        connection_->run(sql, params, on_row);
    }

    /// What `map(Row&)` makes of the first row, if there is one.
    template <class Map>
    auto one(const Sql& sql, const std::vector<Param>& params, Map map) {
        std::optional<decltype(map(std::declval<Row&>()))> result;
        each(sql, params, [&](Row& row) {
            if (!result) result = map(row);
        });
        return result;
    }

    /// The same for a statement that always has a row, such as an INSERT … RETURNING.
    template <class Map>
    auto only(const Sql& sql, const std::vector<Param>& params, Map map) {
        auto result = one(sql, params, map);
        if (!result)
            throw Error(ErrorCode::kInternal, PublicMessage{"The database gave no answer"}, LogDetail{sql.text});
        return std::move(*result);
    }

    /// What `map(Row&)` makes of each row.
    template <class Map>
    auto all(const Sql& sql, const std::vector<Param>& params, Map map) {
        std::vector<decltype(map(std::declval<Row&>()))> result;
        each(sql, params, [&](Row& row) { result.push_back(map(row)); });
        return result;
    }

    /// Several statements in one text.
    void run_script(const std::string& script) { connection_->run_script(script); }

    const Dialect& dialect() const { return connection_->dialect(); }
    const FilterLimits& filter_limits() const;

  private:
    friend class Database;
    friend class Transaction;

    Session(Database& database, std::unique_ptr<Connection> connection)
        : database_(&database), connection_(std::move(connection)) {}

    Database* database_;
    std::unique_ptr<Connection> connection_;
};

/// The database went away while it committed: what was to be done may be done, or not.
class OutcomeUnknown : public Error {
  public:
    explicit OutcomeUnknown(const Error& error) : Error(error) {}
};

/// All that its session does until `commit`, or nothing: the destructor rolls back what was not committed.
class Transaction {
  public:
    explicit Transaction(Session& session);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Throws OutcomeUnknown besides what Session throws; after everything else nothing was done.
    void commit();

  private:
    Session& session_;
    bool is_open_ = true;
};

/// The pool of connections to one database. Made by the composition root, outlives the repositories. Any thread,
/// blocks.
class Database {
  public:
    struct Options {
        std::size_t sessions_max = 4;
        /// How long a caller waits for a free session.
        std::chrono::milliseconds lease_timeout{10000};
        FilterLimits filters;
    };

    /// Connects once, so that a database that cannot be used is known at start. Throws Error(kStorageUnavailable).
    explicit Database(std::unique_ptr<Backend> backend) : Database(std::move(backend), Options{}) {}
    Database(std::unique_ptr<Backend> backend, Options options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Throws Error: kOverloaded when no session gets free in time, kStorageUnavailable when the database cannot be
    /// reached. A thread must not hold two: the pool may have no second.
    Session lease(Purpose purpose = Purpose::kWork);

    /// Ends the lists that are being read, with kOverloaded or kStorageUnavailable, and lets nobody begin another.
    void end_lists();

    CommitNumber commit_number() { return backend_->commit_number(); }

  private:
    friend class Session;

    std::unique_ptr<Connection> wait_for_slot();
    std::unique_ptr<Connection> take_idle();
    void give_back(std::unique_ptr<Connection> connection) noexcept;

    std::unique_ptr<Backend> backend_;
    Options options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t leased_ = 0;
    ConnectGate gate_;
    std::atomic<bool> are_lists_ended_ = false;
};

}  // namespace karmen::storage
