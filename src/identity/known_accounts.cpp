#include "identity/known_accounts.hpp"

namespace karmen::identity {

const KnownAccounts::Found* KnownAccounts::find(const Commit& commit, const Token& token) {
    if (commit != commit_) kept_.clear();
    commit_ = commit;
    const auto found = kept_.find(token);
    return found == kept_.end() ? nullptr : &found->second;
}

void KnownAccounts::keep(const Commit& commit, const Token& token, const Found& found) {
    if (!commit || commit != commit_) return;
    if (kept_.size() >= kept_max_) kept_.clear();
    kept_.insert_or_assign(token, found);
}

}  // namespace karmen::identity
