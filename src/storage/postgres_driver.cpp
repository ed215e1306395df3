#include "storage/postgres_driver.hpp"

#include "base/text.hpp"
#include "storage/parameters.hpp"
#include "storage/postgres_errors.hpp"

#include <new>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>

namespace karmen::storage {
namespace {

/// More than a notice or two have no business on an idle connection.
constexpr int kNoticesMax = 4;
/// As postgres_error wants it for a connection that broke.
constexpr const char* kNoState = "     ";

class SocketWatch final : public StatementWatch {
  public:
    explicit SocketWatch(Watchdog::Watch watch) : watch_(std::move(watch)) {}

  private:
    Watchdog::Watch watch_;
};

class PostgresStatement final : public DriverStatement {
  public:
    PostgresStatement(PostgresConnection& connection, const Sql& sql, std::string name)
        : connection_(connection), sql_(sql), name_(std::move(name)) {
        NumberedSql numbered = to_numbered(sql.text);
        connection.checked(PQprepare(connection.handle(), name_.c_str(), numbered.text.c_str(), 0, nullptr));
        parameters_ = std::move(numbered.names);
        texts_.resize(parameters_.size());
        cells_.resize(sql.columns);
    }
    ~PostgresStatement() override { connection_.forget(std::move(name_)); }
    PostgresStatement(const PostgresStatement&) = delete;
    PostgresStatement& operator=(const PostgresStatement&) = delete;

    const std::vector<std::string>& parameters() const override { return parameters_; }

    std::int64_t run(std::span<const Param* const> values, const RowCallback& on_row) override {
        for (std::size_t i = 0; i < values.size(); ++i)
            texts_[i] = values[i]->is_null() ? nullptr : values[i]->text().c_str();
        const auto result = connection_.checked(PQexecPrepared(
            connection_.handle(), name_.c_str(), static_cast<int>(texts_.size()), texts_.data(), nullptr, nullptr, 0));
        if (PQntuples(result.get()) > 0 && static_cast<std::size_t>(PQnfields(result.get())) < cells_.size())
            throw Error(ErrorCode::kInternal, PublicMessage{"The database refused a request"},
                        LogDetail{"fewer columns than said: " + sql_.text});
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            read_cells(*result, row);
            Row cells(cells_);
            on_row(cells);
        }
        return parse_int(PQcmdTuples(result.get())).value_or(0);
    }

  private:
    void read_cells(const PGresult& result, int row) {
        int column = 0;
        for (Cell& cell : cells_) {
            const auto size = static_cast<std::size_t>(PQgetlength(&result, row, column));
            cell.text = {PQgetvalue(&result, row, column), size};
            cell.is_null = PQgetisnull(&result, row, column) != 0;
            ++column;
        }
    }

    PostgresConnection& connection_;
    const Sql sql_;
    std::string name_;
    std::vector<std::string> parameters_;
    std::vector<const char*> texts_;
    std::vector<Cell> cells_;
};

}  // namespace

PostgresConnection::PostgresConnection(const PostgresParameters& parameters, Watchdog& watchdog) : watchdog_(watchdog) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : parameters) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    constexpr int kNoUrlInName = 0;
    handle_.reset(PQconnectdbParams(keywords.data(), values.data(), kNoUrlInName));
    if (!handle_) throw std::bad_alloc();
    if (PQstatus(handle()) != CONNECTION_OK) throw postgres_unreachable(PQerrorMessage(handle()));
    // Details and hints hold values; notices would go to standard error.
    PQsetErrorVerbosity(handle(), PQERRORS_TERSE);
    PQsetNoticeProcessor(handle(), [](void*, const char*) {}, nullptr);
}

PostgresConnection::~PostgresConnection() = default;

std::unique_ptr<DriverStatement> PostgresConnection::prepare(const Sql& sql) {
    forget_waiting();
    return std::make_unique<PostgresStatement>(*this, sql, "s" + std::to_string(++statements_));
}

/// A server that was restarted, or that ended this connection, has closed it: then the socket can be read.
bool PostgresConnection::is_alive() {
    for (int notices = 0; notices <= kNoticesMax; ++notices) {
        if (PQstatus(handle()) != CONNECTION_OK || PQtransactionStatus(handle()) != PQTRANS_IDLE) return false;
        pollfd socket{PQsocket(handle()), POLLIN, 0};
        if (::poll(&socket, 1, 0) == 0) return true;
        if (PQconsumeInput(handle()) == 0) return false;
    }
    return false;
}

std::unique_ptr<StatementWatch> PostgresConnection::watch(Purpose purpose) {
    return std::make_unique<SocketWatch>(watchdog_.watch(PQsocket(handle()), purpose));
}

void PostgresConnection::abandon() {
    ::shutdown(PQsocket(handle()), SHUT_RDWR);
}

PostgresConnection::Result PostgresConnection::checked(PGresult* result) const {
    Result owned(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return owned;
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    throw DatabaseError(postgres_error(state != nullptr ? state : kNoState, PQerrorMessage(handle())));
}

void PostgresConnection::forget(std::string statement) {
    to_forget_.push_back(std::move(statement));
    if (PQtransactionStatus(handle()) != PQTRANS_INERROR) forget_waiting();
}

void PostgresConnection::forget_waiting() {
    if (PQtransactionStatus(handle()) == PQTRANS_INERROR) return;
    for (const std::string& statement : to_forget_) PQclear(PQexec(handle(), ("DEALLOCATE " + statement).c_str()));
    to_forget_.clear();
}

}  // namespace karmen::storage
