#pragma once

#include "storage/commit_number.hpp"
#include "storage/dialect.hpp"
#include "storage/driver.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace karmen::storage {

/// One kind of database and how to connect to it. Owned by the Database. Any thread, blocks.
class Backend {
  public:
    virtual ~Backend() = default;

    virtual const Dialect& dialect() const = 0;
    /// A new connection, ready for use; the backend outlives it. Throws Error(kStorageUnavailable), or DatabaseError.
    virtual std::unique_ptr<DriverConnection> connect() = 0;
    /// Ends what runs for lists, and what will run for them.
    virtual void end_lists() = 0;
    virtual CommitNumber commit_number() { return no_commit_number; }
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
