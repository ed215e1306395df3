#pragma once

#include "base/error.hpp"
#include "storage/statement.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace karmen::storage {

/// What a connection is lent for. Lists only read: when the process ends they are ended at once.
enum class Purpose { kWork, kList };

using RowCallback = std::function<void(Row&)>;

/// What the database, or the way to it, said: kConflict, kStorageUnavailable, kDiskFull, kOverloaded or kInternal,
/// among others. The values that were bound stay out of it.
class DatabaseError : public Error {
  public:
    explicit DatabaseError(const Error& error) : Error(error) {}
};

/// Held while a statement runs: ends it when its time is up.
class StatementWatch {
  public:
    StatementWatch() = default;
    virtual ~StatementWatch() = default;
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;
};

/// A statement that the database has prepared. Its DriverConnection must outlive it. One thread at a time, blocks.
class DriverStatement {
  public:
    virtual ~DriverStatement() = default;

    /// The names of its parameters, without the colon, each once.
    virtual const std::vector<std::string>& parameters() const = 0;
    /// `values` in the order of `parameters`. Goes to the last row, and leaves nothing standing when `on_row` or the
    /// database throws: a statement that is not at its end would hold its read transaction open. The texts of a row are
    /// valid in its callback only. Returns how many rows it changed. Throws DatabaseError.
    virtual std::int64_t run(std::span<const Param* const> values, const RowCallback& on_row) = 0;
};

/// One connection as the database's own library makes it. Owned by Connection. One thread at a time, blocks.
class DriverConnection {
  public:
    DriverConnection() = default;
    virtual ~DriverConnection() = default;
    DriverConnection(const DriverConnection&) = delete;
    DriverConnection& operator=(const DriverConnection&) = delete;

    /// Throws DatabaseError.
    virtual std::unique_ptr<DriverStatement> prepare(const Sql& sql) = 0;
    /// Several statements in one text, without parameters. Throws DatabaseError.
    virtual void run_script(const std::string& script) = 0;

    /// Whether it can be used while it is idle, as far as that can be told without waiting.
    virtual bool is_alive() { return true; }
    /// Every statement has a deadline; one that is ended fails with kOverloaded, or with kStorageUnavailable when the
    /// database does not even say that it ended it.
    virtual std::unique_ptr<StatementWatch> watch(Purpose purpose) = 0;
    /// Makes whatever is still done with it fail instead of wait; it is about to be destroyed.
    virtual void abandon() {}
};

}  // namespace karmen::storage
