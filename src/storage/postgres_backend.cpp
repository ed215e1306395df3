#include "storage/backend.hpp"
#include "storage/postgres_driver.hpp"
#include "storage/watchdog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <libpq-fe.h>
#include <string_view>

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

milliseconds patience(milliseconds statement_timeout) {
    return statement_timeout + std::max(statement_timeout / kAnswerGracePart, kAnswerGraceMin);
}

struct FreeConninfo {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

Error unusable(const std::string& why) {
    return {ErrorCode::kStorageUnavailable, PublicMessage{"The PostgreSQL database cannot be used: " + why}};
}

/// What the URL says that the operator wrote, and what he left out.
PostgresParameters connect_parameters(const PostgresOptions& options) {
    const std::unique_ptr<PQconninfoOption, FreeConninfo> parsed(PQconninfoParse(options.url.c_str(), nullptr));
    // The library's own message would repeat the URL with its password.
    if (!parsed)
        throw unusable("storage.postgres_url is not a URL such as postgres://user:password@host:5432/database");
    const auto timeout_s = std::chrono::ceil<seconds>(options.connect_timeout).count();
    PostgresParameters parameters{
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
    return parameters;
}

class PostgresBackend final : public Backend {
  public:
    explicit PostgresBackend(const PostgresOptions& options)
        : parameters_(connect_parameters(options)),
          statement_timeout_(options.statement_timeout),
          use_(options.use),
          watchdog_(patience(options.statement_timeout)) {}

    const Dialect& dialect() const override { return postgres_dialect(); }

    std::unique_ptr<DriverConnection> connect() override {
        auto connection = std::make_unique<PostgresConnection>(parameters_, watchdog_);
        const auto guard = connection->watch(Purpose::kWork);
        check_server(connection->handle());
        set_up(*connection);
        return connection;
    }

    void end_lists() override { watchdog_.end_lists(); }

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

    void set_up(PostgresConnection& connection) const {
        const auto answer = connection.query(
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
                                       PQuser(connection.handle()), PQdb(connection.handle())));
        if (use_ == PostgresOptions::Use::kInspect) return;
        if (value(0) == "t") throw unusable("this server is a standby; connect to the primary server");
        if (value(1) == "on")
            throw unusable("it is set to read only (default_transaction_read_only); Karmen writes to it");
    }

    const PostgresParameters parameters_;
    const milliseconds statement_timeout_;
    const PostgresOptions::Use use_;
    Watchdog watchdog_;
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
