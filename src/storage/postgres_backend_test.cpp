#include "storage/tables/gcode_repository.hpp"
#include "storage/test_database.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PostgresTest : public testing::Test {
  protected:
    PostgresOptions options() const { return {.url = schema_.url()}; }
    Database open() const { return Database(postgres_backend(options()), {.sessions_max = 2}); }

    static std::int64_t number(Session& session, const std::string& expression) {
        return session.only(select({expression}, ""), {}, [](Row& row) { return row.integer(); });
    }
    static std::string text(Session& session, const std::string& expression) {
        return session.only(select({expression}, ""), {}, [](Row& row) { return row.text(); });
    }
    /// As the server's administrator.
    static void administrate(const std::string& script) {
        Database(postgres_backend({.url = test_postgres_url()})).lease().run_script(script);
    }

    TestSchema schema_;
};

template <class Action>
Error error_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::kInternal, PublicMessage{}};
}

Error refusal(const PostgresOptions& options) {
    return error_of([&] { Database database(postgres_backend(options)); });
}

TEST_F(PostgresTest, SetsEveryConnectionUpWhateverTheServerIsSetTo) {
    Database database(postgres_backend({.url = schema_.url(), .statement_timeout = 1234ms}));
    Session first = database.lease();
    Session second = database.lease();
    for (Session* session : {&first, &second}) {
        EXPECT_EQ(text(*session, "current_setting('TimeZone')"), "UTC");
        EXPECT_EQ(text(*session, "current_setting('statement_timeout')"), "1234ms");
        EXPECT_EQ(text(*session, "current_setting('client_encoding')"), "UTF8");
        EXPECT_EQ(text(*session, "current_setting('application_name')"), "karmen");
        EXPECT_EQ(text(*session, "now()").substr(10, 1), " ") << "the ISO style that we read";
    }
}

TEST_F(PostgresTest, DoesNotLendAConnectionThatTheServerHasClosed) {
    Database database = open();
    std::string pids;
    {
        Session first = database.lease();
        Session second = database.lease();
        pids = text(first, "pg_backend_pid()") + ", " + text(second, "pg_backend_pid()");
    }
    administrate("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid IN (" + pids + ")");
    Session first = database.lease();
    Session second = database.lease();
    EXPECT_EQ(number(first, "1"), 1);
    EXPECT_EQ(number(second, "2"), 2);
}

TEST_F(PostgresTest, GoesOnAfterAConnectionThatBreaksInUse) {
    Database database = open();
    {
        Session session = database.lease();
        administrate("SELECT pg_terminate_backend(" + std::to_string(number(session, "pg_backend_pid()")) + ", 5000)");
        EXPECT_EQ(error_of([&] { number(session, "1"); }).code(), ErrorCode::kStorageUnavailable);
    }
    Session session = database.lease();
    EXPECT_EQ(number(session, "1"), 1);
}

/// Stops the server's process of one connection: the connection stands, and nothing is ever answered on it.
class FrozenProcess {
  public:
    explicit FrozenProcess(std::int64_t pid) : pid_(static_cast<pid_t>(pid)) {
        if (::kill(pid_, SIGSTOP) != 0) throw std::runtime_error("the server's process cannot be stopped");
    }
    ~FrozenProcess() { ::kill(pid_, SIGCONT); }
    FrozenProcess(const FrozenProcess&) = delete;
    FrozenProcess& operator=(const FrozenProcess&) = delete;

  private:
    pid_t pid_;
};

TEST_F(PostgresTest, DoesNotWaitForeverForAServerThatHangs) {
    Database database(postgres_backend({.url = schema_.url(), .statement_timeout = 100ms}));
    {
        Session session = database.lease();
        const FrozenProcess frozen(number(session, "pg_backend_pid()"));
        EXPECT_EQ(error_of([&] { number(session, "1"); }).code(), ErrorCode::kStorageUnavailable);
    }
    Session session = database.lease();
    EXPECT_EQ(number(session, "1"), 1);
}

TEST_F(PostgresTest, EndsWithoutAServerThatHangs) {
    auto database = std::make_unique<Database>(postgres_backend(options()));
    std::optional<FrozenProcess> frozen;
    {
        Session session = database->lease();
        frozen.emplace(number(session, "pg_backend_pid()"));
    }
    database.reset();  // a request to forget the statements would never be answered
}

/// Takes connections, and never says a word.
class SilentServer {
  public:
    SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        auto* const address = reinterpret_cast<sockaddr*>(&address_);
        if (::bind(socket_, address, size) != 0 || ::listen(socket_, 10) != 0 ||
            ::getsockname(socket_, address, &size) != 0)
            throw std::runtime_error("no listening socket");
    }
    ~SilentServer() { ::close(socket_); }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::string url() const { return fmt::format("postgres://x@127.0.0.1:{}/x", ntohs(address_.sin_port)); }
    int connections() const {
        int count = 0;
        for (int peer = 0; (peer = ::accept(socket_, nullptr, nullptr)) >= 0; ++count) ::close(peer);
        return count;
    }

  private:
    int socket_;
    sockaddr_in address_{};
};

TEST_F(PostgresTest, GivesUpConnectingToAServerThatIsSilent) {
    const SilentServer server;
    EXPECT_EQ(refusal({.url = server.url(), .connect_timeout = 1ms}).code(), ErrorCode::kStorageUnavailable);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(PostgresTest, EndsAStatementThatTakesTooLongAndGoesOn) {
    Database database(postgres_backend({.url = schema_.url(), .statement_timeout = 50ms}));
    Session session = database.lease();
    EXPECT_EQ(error_of([&] { session.execute("SELECT pg_sleep(100)"); }).code(), ErrorCode::kOverloaded);
    EXPECT_EQ(number(session, "1"), 1);
}

TEST_F(PostgresTest, KeepsNoStatementsOfFailuresInTransactions) {
    Database database = open();
    Session session = database.lease();
    session.run_script("CREATE TABLE t (x integer PRIMARY KEY); INSERT INTO t VALUES (1)");
    const auto fail = [&] {
        const Transaction transaction(session);
        EXPECT_EQ(error_of([&] { session.execute("INSERT INTO t VALUES (:x)", {{"x", 1}}); }).code(),
                  ErrorCode::kConflict);
    };
    fail();
    const auto before = number(session, "(SELECT COUNT(*) FROM pg_prepared_statements)");
    for (int i = 0; i < 5; ++i) fail();
    EXPECT_EQ(number(session, "(SELECT COUNT(*) FROM pg_prepared_statements)"), before);
}

TEST_F(PostgresTest, TakesForgottenStatementsAwayFromTheServer) {
    Database database = open();
    Session session = database.lease();
    const auto prepare = [&](int number) { session.each({"SELECT " + std::to_string(number), 1}, {}, [](Row&) {}); };
    for (int i = 0; i < 250; ++i) prepare(i);
    for (int i = 250; i < 500; ++i) {
        // ROLLBACK is often one that was forgotten: then another is, in a transaction that takes no such request.
        const Transaction transaction(session);
        prepare(i);
        error_of([&] { session.execute("SELECT 1 / (:x - 1)", {{"x", 1}}); });
    }
    EXPECT_LE(number(session, "(SELECT COUNT(*) FROM pg_prepared_statements)"), 101);
}

TEST_F(PostgresTest, ReconnectsWhenATableWasChangedUnderAStatement) {
    Database database = open();
    const auto read = [&] { database.lease().each(select({"*"}, "FROM t"), {}, [](Row&) {}); };
    database.lease().run_script("CREATE TABLE t (x integer); INSERT INTO t VALUES (1)");
    read();
    database.lease().run_script("ALTER TABLE t ALTER COLUMN x TYPE bigint");
    EXPECT_EQ(error_of(read).code(), ErrorCode::kStorageUnavailable);
    read();
}

TEST_F(PostgresTest, TakesAnyPasswordAndShowsNone) {
    const std::string role = "role_" + random_hex(4);
    administrate(fmt::format("CREATE ROLE {0} LOGIN PASSWORD 'a  b''\"\\%&?@:/#=é'; GRANT USAGE ON SCHEMA {1} TO {0}",
                             role, schema_.name()));
    const std::string server = test_postgres_url().substr(test_postgres_url().find('@'));
    const auto url = [&](const std::string& password) {
        return fmt::format("postgres://{}:{}{}?options=-csearch_path%3D{}", role, password, server, schema_.name());
    };
    const std::string password = "a%20%20b'%22%5C%25%26%3F%40%3A%2F%23%3D%C3%A9";
    EXPECT_NO_THROW(Database(postgres_backend({.url = url(password)})));
    EXPECT_THAT(refusal({.url = url("wr0ng")}).what(),
                AllOf(HasSubstr("password authentication failed for user"), Not(HasSubstr("wr0ng"))));
    EXPECT_THAT(refusal({.url = url("wr0ng%zz")}).what(),
                AllOf(HasSubstr("storage.postgres_url"), Not(HasSubstr("wr0ng"))));
    administrate(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", role));
}

TEST_F(PostgresTest, SaysWhyADatabaseCannotBeUsed) {
    const std::string name = "ascii_" + random_hex(4);
    administrate("CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    const std::string server = test_postgres_url().substr(0, test_postgres_url().rfind('/'));
    EXPECT_THAT(refusal({.url = server + "/" + name}).message(), HasSubstr("its encoding is SQL_ASCII"));
    administrate("DROP DATABASE " + name);

    EXPECT_THAT(refusal({.url = server + "/nowhere_at_all"}).what(), HasSubstr("does not exist"));
    EXPECT_THAT(refusal({.url = test_postgres_url() + "?options=-csearch_path%3Dnowhere"}).message(),
                HasSubstr("no schema"));
    EXPECT_THAT(refusal({.url = schema_.url() + "%20-cdefault_transaction_read_only%3Don"}).message(),
                HasSubstr("read only"));
    EXPECT_THAT(refusal({.url = "postgres://karmen@127.0.0.1:1/karmen"}).what(), HasSubstr("refused"));
}

TEST_F(PostgresTest, InspectsWithoutWriting) {
    Database database(postgres_backend({.url = schema_.url(), .use = PostgresOptions::Use::kInspect}));
    EXPECT_EQ(error_of([&] { database.lease().run_script("CREATE TABLE t (x integer)"); }).code(),
              ErrorCode::kStorageUnavailable);
}

class PostgresFilterTest : public testing::Test {
  protected:
    PostgresFilterTest() { Migrator(database_).migrate(); }
    void add(const std::string& name) {
        Gcode gcode;
        gcode.path = "p";
        gcode.filename = gcode.display = name;
        gcode.absolute_path = "/" + name.substr(0, 100);
        GcodeRepository(database_).insert(gcode);
    }
    std::size_t found(const std::string& pattern) {
        ListQuery query;
        query.filter = ListQuery::Filter{"display", pattern};
        return GcodeRepository(database_).list(query).rows.size();
    }

    TestSchema schema_;
    Database database_{postgres_backend({.url = schema_.url()})};
};

TEST_F(PostgresFilterTest, EndsAPatternThatTakesForever) {
    for (int i = 0; i < 400; ++i) add(std::to_string(i) + std::string(20'000, 'a'));
    Database hasty(postgres_backend({.url = schema_.url(), .statement_timeout = 200ms}),
                   {.filters = {.size_max = 1'000'000}});
    ListQuery query;
    query.filter = ListQuery::Filter{"display", "(.?){200}b$"};
    EXPECT_EQ(error_of([&] { GcodeRepository(hasty).list(query); }).code(), ErrorCode::kOverloaded);
    EXPECT_EQ(found("^7a"), 1);
}

}  // namespace
}  // namespace karmen::storage
