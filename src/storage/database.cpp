#include "storage/database.hpp"

namespace karmen::storage {

Session::~Session() {
    if (connection_) database_->give_back(std::move(connection_));
}

const FilterLimits& Session::filter_limits() const {
    return database_->options_.filters;
}

Transaction::Transaction(Session& session) : session_(session) {
    session_.connection_->forget_failures();
    session_.run_script(session_.dialect().begin());
}

Transaction::~Transaction() {
    if (!is_open_) return;
    try {
        session_.execute("ROLLBACK");
    } catch (const std::exception&) {
        // The database has rolled back by itself, or it is gone. Either way this connection is not trusted again.
        session_.connection_->mark_broken();
    }
}

void Transaction::commit() {
    if (session_.connection_->has_failed())
        throw Error(ErrorCode::kInternal, PublicMessage{"The database refused a request"},
                    LogDetail{"a transaction with a failed statement was to be committed"});
    try {
        session_.execute("COMMIT");
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kStorageUnavailable) throw OutcomeUnknown(error);
        throw;
    }
    is_open_ = false;
}

Database::Database(std::unique_ptr<Backend> backend, Options options)
    : backend_(std::move(backend)), options_(options) {
    idle_.reserve(options_.sessions_max);  // so that giving back cannot fail
    idle_.push_back(std::make_unique<Connection>(*backend_));
}

Database::~Database() = default;

/// An idle connection, or null with the right to make one. The last one given back is the first one lent: its
/// statements and pages are warm.
std::unique_ptr<Connection> Database::wait_for_slot() {
    std::unique_lock lock(mutex_);
    const auto has_slot = [&] { return leased_ < options_.sessions_max; };
    if (!changed_.wait_for(lock, options_.lease_timeout, has_slot))
        throw Error(ErrorCode::kOverloaded, PublicMessage{"The database is busy"}, LogDetail{"no session got free"});
    ++leased_;
    lock.unlock();
    return take_idle();
}

std::unique_ptr<Connection> Database::take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

Session Database::lease(Purpose purpose) {
    if (purpose == Purpose::kList && are_lists_ended_)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"The server is about to end"});
    auto connection = wait_for_slot();
    try {
        while (connection && !connection->is_alive()) connection = take_idle();
        if (!connection) connection = gate_.pass([&] { return std::make_unique<Connection>(*backend_); });
    } catch (...) {
        give_back(nullptr);
        throw;
    }
    connection->lend_for(purpose);
    return {*this, std::move(connection)};
}

void Database::end_lists() {
    are_lists_ended_ = true;
    backend_->end_lists();
}

void Database::give_back(std::unique_ptr<Connection> connection) noexcept {
    std::vector<std::unique_ptr<Connection>> doubtful;  // destroyed without the lock
    {
        const std::lock_guard lock(mutex_);
        --leased_;
        if (connection && !connection->is_broken()) {
            idle_.push_back(std::move(connection));
        } else if (connection && !connection->is_alive()) {
            // The database may be gone or hang: the others would fail too, each after its whole timeout.
            idle_.swap(doubtful);
            idle_.reserve(options_.sessions_max);
        }
    }
    changed_.notify_one();
}

}  // namespace karmen::storage
