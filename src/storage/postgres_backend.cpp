#include "base/text.hpp"
#include "storage/backend.hpp"
#include "storage/postgres_errors.hpp"
#include "storage/watchdog.hpp"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <poll.h>
#include <string_view>
#include <sys/socket.h>

namespace karmen::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kVersionMin = 130000;
constexpr int kConnectTimeoutMinSeconds = 2;  // libpq takes 1 s for 2 s
/// How much longer than a statement may take we wait for the server to say that it did: this part of that time, and
/// this at least.
constexpr int kAnswerGracePart = 5;
constexpr milliseconds kAnswerGraceMin{500};
/// A client that went away in mid-transaction must not hold up all others.
constexpr seconds kIdleTransactionMax{60};
/// More than a notice or two have no business on an idle connection.
constexpr int kNoticesMax = 4;

/// Not checked by UBSan: the library does not export the type's information, which the check would link to.
[[clang::no_sanitize("vptr")]] PGconn* connection_of(soci::session& session) {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

milliseconds patience(milliseconds statement_timeout) {
    return statement_timeout + std::max(statement_timeout / kAnswerGracePart, kAnswerGraceMin);
}

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

/// Texts from libpq that the caller frees.
struct FreeMemory {
    void operator()(void* memory) const { PQfreemem(memory); }
};
struct FreeConninfo {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// The last of several statements without parameters.
Result run(PGconn* connection, const std::string& sql) {
    Result result(PQexec(connection, sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return result;
    const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
    throw soci::postgresql_soci_error(PQerrorMessage(connection), state != nullptr ? state : "     ");
}

Error unusable(const std::string& why) {
    return {ErrorCode::kStorageUnavailable, PublicMessage{"The PostgreSQL database cannot be used: " + why}};
}

/// The URL that the operator wrote, with what he left out. In the form of a URL again, since SOCI takes the other form
/// apart at blanks, which a password may hold.
std::string connect_string(const PostgresOptions& options) {
    const std::unique_ptr<PQconninfoOption, FreeConninfo> parsed(PQconninfoParse(options.url.c_str(), nullptr));
    // The library's own message would repeat the URL with its password.
    if (!parsed)
        throw unusable("storage.postgres_url is not a URL such as postgres://user:password@host:5432/database");
    const auto timeout_s = std::chrono::ceil<seconds>(options.connect_timeout).count();
    std::vector<std::pair<std::string, std::string>> parameters{
        {"connect_timeout", std::to_string(std::max<std::int64_t>(timeout_s, kConnectTimeoutMinSeconds))},
        {"application_name", "karmen"},
        {"client_encoding", "UTF8"},
        {"keepalives_idle", "30"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", std::to_string(patience(options.statement_timeout).count())}};
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string keyword = option->keyword;
        if (keyword == "client_encoding") continue;
        std::erase_if(parameters, [&](const auto& parameter) { return parameter.first == keyword; });
        parameters.emplace_back(keyword, option->val);
    }
    std::string url = "postgresql://";
    for (const auto& [keyword, value] : parameters)
        url += fmt::format("{}{}={}", url.ends_with('/') ? "?" : "&", keyword, percent_encoded(value));
    return url;
}

class SocketWatch final : public StatementWatch {
  public:
    explicit SocketWatch(Watchdog::Watch watch) : watch_(std::move(watch)) {}

  private:
    Watchdog::Watch watch_;
};

class PostgresBackend final : public Backend {
  public:
    explicit PostgresBackend(const PostgresOptions& options)
        : connect_string_(connect_string(options)),
          statement_timeout_(options.statement_timeout),
          use_(options.use),
          watchdog_(patience(options.statement_timeout)) {}

    const Dialect& dialect() const override { return postgres_dialect(); }

    std::unique_ptr<soci::session> connect() const override {
        auto session = std::make_unique<soci::session>(soci::postgresql, connect_string_);
        PGconn* connection = connection_of(*session);
        // Details and hints hold values; notices would go to standard error.
        PQsetErrorVerbosity(connection, PQERRORS_TERSE);
        PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
        const Watchdog::Watch guard = watchdog_.watch(PQsocket(connection));
        check_server(connection);
        set_up(connection);
        return session;
    }

    void run_script(soci::session& session, const std::string& script) const override {
        run(connection_of(session), script);
    }

    Error translate(const soci::soci_error& error) const override {
        const auto* answer = dynamic_cast<const soci::postgresql_soci_error*>(&error);
        // Not what(): that repeats the values that were bound, such as password hashes.
        const std::string message = error.get_error_message();
        return answer != nullptr ? postgres_error(answer->sqlstate(), message) : postgres_unreachable(message);
    }

    /// A server that was restarted, or that ended this connection, has closed it: then the socket can be read.
    bool is_alive(soci::session& session) const override {
        PGconn* connection = connection_of(session);
        for (int notices = 0; notices <= kNoticesMax; ++notices) {
            if (PQstatus(connection) != CONNECTION_OK || PQtransactionStatus(connection) != PQTRANS_IDLE) return false;
            pollfd socket{PQsocket(connection), POLLIN, 0};
            if (::poll(&socket, 1, 0) == 0) return true;
            if (PQconsumeInput(connection) == 0) return false;
        }
        return false;
    }

    /// The server ends what takes too long; the watchdog is there when it does not answer.
    std::unique_ptr<StatementWatch> watch(soci::session& session, Purpose purpose) const override {
        return std::make_unique<SocketWatch>(watchdog_.watch(PQsocket(connection_of(session)), purpose));
    }

    void end_lists() override { watchdog_.end_lists(); }

    void abandon(soci::session& session) const override { ::shutdown(PQsocket(connection_of(session)), SHUT_RDWR); }

    FailedStatement after_failure() const override { return FailedStatement::kKeep; }

  private:
    static void check_server(PGconn* connection) {
        if (const int version = PQserverVersion(connection); version < kVersionMin)
            throw unusable(
                fmt::format("its version is {}; Karmen needs {} or later", version / 10000, kVersionMin / 10000));
        const char* encoding = PQparameterStatus(connection, "server_encoding");
        if (encoding == nullptr || std::string_view(encoding) != "UTF8")
            throw unusable(
                fmt::format("its encoding is {}; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE "
                            "template0",
                            encoding != nullptr ? encoding : "unknown"));
    }

    void set_up(PGconn* connection) const {
        const Result answer =
            run(connection,
                fmt::format("SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}; "
                            "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; "
                            "SET standard_conforming_strings = on; {}"
                            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), "
                            "current_schema()",
                            statement_timeout_.count(), milliseconds(kIdleTransactionMax).count(),
                            use_ == PostgresOptions::Use::kInspect ? "SET default_transaction_read_only = on; " : ""));
        const auto value = [&](int column) { return std::string_view(PQgetvalue(answer.get(), 0, column)); };
        if (PQgetisnull(answer.get(), 0, 2) != 0)
            throw unusable(fmt::format("user {} may use no schema of database {}: GRANT USAGE ON SCHEMA public TO …",
                                       PQuser(connection), PQdb(connection)));
        if (use_ == PostgresOptions::Use::kInspect) return;
        if (value(0) == "t") throw unusable("this server is a standby; connect to the primary server");
        if (value(1) == "on")
            throw unusable("it is set to read only (default_transaction_read_only); Karmen writes to it");
    }

    const std::string connect_string_;
    const milliseconds statement_timeout_;
    const PostgresOptions::Use use_;
    mutable Watchdog watchdog_;
};

}  // namespace

std::string postgres_name(const std::string& url) {
    const std::unique_ptr<PQconninfoOption, FreeConninfo> parsed(PQconninfoParse(url.c_str(), nullptr));
    std::string host = "this machine";
    std::string port = "5432";
    std::string name = "of the user's name";
    for (const PQconninfoOption* option = parsed.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string_view keyword = option->keyword;
        if (keyword == "host") host = option->val;
        if (keyword == "port") port = option->val;
        if (keyword == "dbname") name = option->val;
    }
    return fmt::format("PostgreSQL database {} at {}:{}", name, host, port);
}

std::unique_ptr<Backend> postgres_backend(PostgresOptions options) {
    return std::make_unique<PostgresBackend>(options);
}

}  // namespace karmen::storage
