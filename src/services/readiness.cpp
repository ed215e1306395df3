#include "services/readiness.hpp"

#include "base/error.hpp"
#include "runtime/timeout.hpp"

#include <utility>

namespace karmen::services {

namespace {

Awaitable<void> note(Awaitable<void> check, std::string& problem) {
    try {
        co_await std::move(check);
        problem.clear();
    } catch (const Error& error) {
        problem = error.message();
    }
}

}  // namespace

Awaitable<void> Readiness::require() {
    std::vector<FieldError> failed;
    for (const Check& check : checks_) {
        std::string problem = "does not answer";
        co_await finishes_within(timeout_, note(check.run(), problem));
        if (problem.empty()) continue;
        failed.push_back({"/" + check.name, std::move(problem)});
    }
    if (!failed.empty()) throw Error::not_ready(std::move(failed));
}

}  // namespace karmen::services
