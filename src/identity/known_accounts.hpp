#pragma once

#include "base/uuid.hpp"
#include "domain/login_session.hpp"
#include "storage/commit_number.hpp"
#include "storage/tables/user_repository.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace karmen::identity {

/// What the database says about tokens, kept until anything is committed by anybody: whatever was suspended, signed out
/// or revoked before a request is seen by that request. Loop only.
class KnownAccounts {
  public:
    struct Token {
        Uuid user;
        std::optional<Uuid> session;
        std::optional<Uuid> api_token;  ///< only of a token without expiry
        auto operator<=>(const Token&) const = default;
    };
    struct Found {
        std::optional<storage::Account> account;
        std::optional<LoginSession> session;
        bool is_revoked = false;  ///< the API token
    };
    using Commit = std::optional<std::int64_t>;

    KnownAccounts(storage::CommitNumber commits, std::size_t kept_max)
        : commits_(std::move(commits)), kept_max_(kept_max) {}

    /// To be asked before the database is.
    Commit commit() const { return commits_(); }
    /// Null if the database must be asked. Valid until the next call of any function.
    const Found* find(const Commit& commit, const Token& token);
    /// What the database said after `commit`.
    void keep(const Commit& commit, const Token& token, const Found& found);

  private:
    storage::CommitNumber commits_;
    std::size_t kept_max_;
    Commit commit_;  ///< for which `kept_` holds
    std::map<Token, Found> kept_;
};

}  // namespace karmen::identity
