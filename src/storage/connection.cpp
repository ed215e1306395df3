#include "storage/connection.hpp"

#include "storage/parameters.hpp"

namespace karmen::storage {
namespace {

/// Lists come in many orders and filters; for each further text another one is forgotten.
constexpr std::size_t kStatementsMax = 100;

}  // namespace

Connection::Connection(Backend& backend) : backend_(backend), driver_(backend.connect()) {}

Connection::~Connection() {
    // Forgetting each statement would be a request of its own.
    driver_->abandon();
}

template <class Action>
auto Connection::watched(Action action) {
    try {
        const auto guard = driver_->watch(purpose_);
        return action();
    } catch (const DatabaseError& error) {
        has_failed_ = true;
        is_broken_ = is_broken_ || error.code() == ErrorCode::kStorageUnavailable;
        throw Error(error);
    }
}

/// Shared: a callback may run so many other statements that this one is forgotten while it runs.
std::shared_ptr<DriverStatement> Connection::prepared(const Sql& sql) {
    if (const auto known = statements_.find(sql.text); known != statements_.end()) return known->second;
    if (statements_.size() >= kStatementsMax) statements_.erase(statements_.begin());
    return statements_.emplace(sql.text, driver_->prepare(sql)).first->second;
}

std::int64_t Connection::run(const Sql& sql, const std::vector<Param>& params, const RowCallback& on_row) {
    return watched([&] {
        const auto statement = prepared(sql);
        return statement->run(in_order(params, statement->parameters(), sql.text), on_row);
    });
}

void Connection::run_script(const std::string& script) {
    watched([&] { driver_->run_script(script); });
}

}  // namespace karmen::storage
