#pragma once

#include "storage/driver.hpp"
#include "storage/watchdog.hpp"

#include <libpq-fe.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace karmen::storage {

/// As PQconnectdbParams takes them: `host`, `connect_timeout`, ….
using PostgresParameters = std::vector<std::pair<std::string, std::string>>;

/// A connection to a server that has let us in; what it is set to is the backend's affair.
class PostgresConnection final : public DriverConnection {
  public:
    struct ClearResult {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, ClearResult>;

    /// The watchdog outlives it. Throws Error(kStorageUnavailable).
    PostgresConnection(const PostgresParameters& parameters, Watchdog& watchdog);
    ~PostgresConnection() override;

    std::unique_ptr<DriverStatement> prepare(const Sql& sql) override;
    void run_script(const std::string& script) override { query(script); }
    bool is_alive() override;
    /// The server ends what takes too long; the watchdog is there when it does not answer.
    std::unique_ptr<StatementWatch> watch(Purpose purpose) override;
    void abandon() override;

    PGconn* handle() const { return handle_.get(); }
    /// The answer to the last of several statements without parameters. Throws DatabaseError.
    Result query(const std::string& sql) { return checked(PQexec(handle(), sql.c_str())); }
    /// Owns the result, and throws what it says when it is a failure.
    Result checked(PGresult* result) const;
    /// Takes the server's copy of a prepared statement away, now or, in a transaction that has failed, later.
    void forget(std::string statement);

  private:
    struct Finish {
        void operator()(PGconn* handle) const { PQfinish(handle); }
    };

    void forget_waiting();

    std::unique_ptr<PGconn, Finish> handle_;
    Watchdog& watchdog_;
    int statements_ = 0;  ///< how many were prepared, for their names
    std::vector<std::string> to_forget_;
};

}  // namespace karmen::storage
