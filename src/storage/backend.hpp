#pragma once

#include "base/error.hpp"
#include "storage/dialect.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace karmen::storage {

/// What a connection is lent for. Lists only read: when the process ends they are ended at once.
enum class Purpose { kWork, kList };

/// Held while a statement runs: ends it when its time is up.
class StatementWatch {
  public:
    StatementWatch() = default;
    virtual ~StatementWatch() = default;
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;
};

/// One kind of database: how to connect to it, and what its errors mean. Owned by the Database. Any thread, blocks.
class Backend {
  public:
    virtual ~Backend() = default;

    virtual const Dialect& dialect() const = 0;
    /// A new connection, ready for use. Throws soci::soci_error or Error(kStorageUnavailable).
    virtual std::unique_ptr<soci::session> connect() const = 0;
    /// Several statements in one text, without parameters. Throws soci::soci_error.
    virtual void run_script(soci::session& session, const std::string& script) const = 0;
    /// The only place that knows the database's error codes: kConflict, kStorageUnavailable, kDiskFull or kInternal.
    /// The values that were bound stay out of it.
    virtual Error translate(const soci::soci_error& error) const = 0;

    /// Whether an idle connection can be used, as far as that can be told without waiting.
    virtual bool is_alive(soci::session&) const { return true; }
    /// Every statement has a deadline; one that is ended fails with kOverloaded, or with kStorageUnavailable when the
    /// database does not even say that it ended it.
    virtual std::unique_ptr<StatementWatch> watch(soci::session& session, Purpose purpose) const = 0;
    /// Ends what runs for lists, and what will run for them.
    virtual void end_lists() = 0;
    /// Makes whatever is still done with the connection fail instead of wait; it is about to be destroyed.
    virtual void abandon(soci::session&) const {}

    enum class FailedStatement {
        kForget,  ///< it may still be standing in the middle of its rows, and hold what it has locked
        kKeep,    ///< nothing is left of the run; to forget it takes a request, which a broken transaction refuses
    };
    virtual FailedStatement after_failure() const = 0;
};

struct SqliteOptions {
    enum class IfMissing { kCreate, kFail };
    enum class Use {
        kWork,
        kInspect,  ///< changes neither data nor settings, whatever state the database is in
    };

    std::filesystem::path file;
    /// How long a writer waits for another; no longer than a statement may take.
    std::chrono::milliseconds busy_timeout{5000};
    /// One statement; none: as long as it takes.
    std::optional<std::chrono::milliseconds> statement_timeout;
    IfMissing if_missing = IfMissing::kCreate;
    Use use = Use::kWork;
};

struct PostgresOptions {
    enum class Use { kWork, kInspect /**< can only read */ };

    /// As libpq reads it: `postgres://user:password@host:port/database?sslmode=require`. Holds a password.
    std::string url;
    /// For the whole way to a connection that can be used; libpq takes no less than 2 s.
    std::chrono::milliseconds connect_timeout{3000};
    /// One statement; the server ends what takes longer. A server that does not even do that is given up shortly after.
    std::chrono::milliseconds statement_timeout{5000};
    Use use = Use::kWork;
};

/// A PostgreSQL server of version 13 or later with a database in UTF-8 that may be written to; every connection checks
/// that. Texts are bound as they are, a text with a NUL character is refused.
std::unique_ptr<Backend> postgres_backend(PostgresOptions options);
/// How to call the database to people: without user and password.
std::string postgres_name(const std::string& url);

/// A file in WAL mode with synchronous=FULL: what was committed survives kill -9 and a loss of power. Made for its
/// owner only.
std::unique_ptr<Backend> sqlite_backend(SqliteOptions options);

}  // namespace karmen::storage
