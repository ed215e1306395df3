#pragma once

#include "base/error.hpp"
#include "storage/dialect.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace karmen::storage {

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
};

struct SqliteOptions {
    enum class IfMissing { kCreate, kFail };
    enum class Use {
        kWork,
        kInspect,  ///< changes neither data nor settings, whatever state the database is in
    };

    std::filesystem::path file;
    /// How long a writer waits for another.
    std::chrono::milliseconds busy_timeout{5000};
    IfMissing if_missing = IfMissing::kCreate;
    Use use = Use::kWork;
};

/// A file in WAL mode with synchronous=FULL: what was committed survives kill -9 and a loss of power. Made for its
/// owner only.
std::unique_ptr<Backend> sqlite_backend(SqliteOptions options);

}  // namespace karmen::storage
