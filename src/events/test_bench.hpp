#pragma once

#include "events/changes.hpp"
#include "storage/test_bench.hpp"

#include <variant>
#include <vector>

namespace karmen::events {

/// For tests only: remembers what it was told.
class ChangeRecorder final : public ChangeListener {
  public:
    void on_change(const Change& change) override { all.push_back(change); }

    /// Those of one kind, in their order.
    template <class Kind>
    std::vector<Kind> of() const {
        std::vector<Kind> found;
        for (const Change& change : all)
            if (const Kind* one = std::get_if<Kind>(&change)) found.push_back(*one);
        return found;
    }

    std::vector<Change> all;
};

/// For tests only: what services that tell of changes stand on.
class ServiceTest : public storage::ServiceTest {
  public:
    ChangeRecorder changes;
};

}  // namespace karmen::events
