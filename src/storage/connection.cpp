#include "storage/connection.hpp"

#include <soci/soci.h>

namespace karmen::storage {

namespace details = soci::details;

namespace {

/// Lists come in many orders and filters; for each further text another one is forgotten.
constexpr std::size_t kStatementsMax = 100;

}  // namespace

/// A prepared statement with the places that it reads its parameters from and writes its columns to.
class Connection::Prepared {
  public:
    Prepared(soci::session& session, const Sql& sql, std::size_t params)
        : inputs_(params), input_nulls_(params), cells_(sql.columns), cell_nulls_(sql.columns), statement_(session) {
        for (std::size_t i = 0; i < params; ++i) {
            const auto use = details::do_use(inputs_[i], input_nulls_[i], "", details::basic_type_tag());
            uses_.push_back(use.get());
            statement_.exchange(use);
        }
        for (std::size_t i = 0; i < sql.columns; ++i) statement_.exchange(soci::into(cells_[i].text, cell_nulls_[i]));
        statement_.alloc();
        statement_.prepare(sql.text);
        statement_.define_and_bind();
    }

    /// After a run that failed: what SOCI's PostgreSQL has copied of the parameters, and would forget in the next run.
    void drop_copies() {
        for (details::use_type_base* use : uses_) use->post_use(false);
    }

    /// To the last row: a statement that is left standing would hold its read transaction open.
    std::int64_t run(const std::vector<Param>& params, const RowCallback& on_row) {
        // PostgreSQL would take what stands before it for the whole text, and find another row than was meant.
        for (const Param& param : params)
            if (param.text().find('\0') != std::string::npos)
                throw Error(ErrorCode::kInvalidInput, PublicMessage{"A text has a NUL character"});
        for (std::size_t i = 0; i < params.size(); ++i) {
            inputs_[i] = params[i].text();
            input_nulls_[i] = params[i].is_null() ? soci::i_null : soci::i_ok;
        }
        for (bool has_row = statement_.execute(true); has_row; has_row = statement_.fetch()) {
            for (std::size_t i = 0; i < cells_.size(); ++i) {
                cells_[i].is_null = cell_nulls_[i] == soci::i_null;
                if (cells_[i].is_null) cells_[i].text.clear();  // it still holds the value of the row before
            }
            Row row(cells_);
            on_row(row);
        }
        return statement_.get_affected_rows();
    }

  private:
    std::vector<std::string> inputs_;
    std::vector<details::use_type_base*> uses_;  ///< the statement owns them
    std::vector<soci::indicator> input_nulls_;
    std::vector<Cell> cells_;
    std::vector<soci::indicator> cell_nulls_;
    soci::statement statement_;
};

template <class Action>
auto Connection::translated(Action action) {
    try {
        return action();
    } catch (const soci::soci_error& error) {
        has_failed_ = true;
        const Error translation = backend_.translate(error);
        is_broken_ = is_broken_ || translation.code() == ErrorCode::kStorageUnavailable;
        throw Error(translation);
    }
}

Connection::Connection(const Backend& backend) : backend_(backend) {
    session_ = translated([&] { return backend_.connect(); });
}

Connection::~Connection() {
    // Forgetting each statement would be a request of its own.
    backend_.abandon(*session_);
}

bool Connection::is_alive() {
    return backend_.is_alive(*session_);
}

Connection::Prepared& Connection::prepared(const Sql& sql, std::size_t params) {
    if (const auto known = statements_.find(sql.text); known != statements_.end()) return *known->second;
    if (statements_.size() >= kStatementsMax) statements_.erase(statements_.begin());
    return *statements_.emplace(sql.text, std::make_unique<Prepared>(*session_, sql, params)).first->second;
}

std::int64_t Connection::run(const Sql& sql, const std::vector<Param>& params, const RowCallback& on_row) {
    return translated([&] {
        const auto guard = backend_.watch(*session_, purpose_);
        try {
            return prepared(sql, params.size()).run(params, on_row);
        } catch (...) {
            // Ends what it began, whoever threw: the callback or the database.
            const auto known = statements_.find(sql.text);
            if (known != statements_.end() && backend_.after_failure() == Backend::FailedStatement::kForget)
                statements_.erase(known);
            else if (known != statements_.end())
                known->second->drop_copies();
            throw;
        }
    });
}

void Connection::run_script(const std::string& script) {
    translated([&] {
        const auto guard = backend_.watch(*session_, purpose_);
        backend_.run_script(*session_, script);
    });
}

}  // namespace karmen::storage
