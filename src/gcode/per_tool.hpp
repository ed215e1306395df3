#pragma once

#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace karmen::gcode {

/// Higher indexes are not tools: firmware uses such numbers for other purposes (`T255`, `T1000`).
inline constexpr unsigned kToolsMax = 64;

/// A value for each tool that has one. The first usable value of each tool counts.
template <typename T>
class PerTool {
  public:
    void keep_first(unsigned tool, std::optional<T> value) {
        if (tool >= kToolsMax || !value) return;
        if (values_.size() <= tool) values_.resize(tool + 1);
        if (!values_[tool]) values_[tool] = std::move(value);
    }
    std::optional<T> at(unsigned tool) const { return tool < values_.size() ? values_[tool] : std::nullopt; }
    /// Of the tool with the lowest index.
    std::optional<T> first() const {
        for (const auto& value : values_)
            if (value) return value;
        return std::nullopt;
    }

  private:
    std::vector<std::optional<T>> values_;
};

/// Amounts of tools, 0 for one that is not used: from a list in one comment, or from a comment per tool in rising
/// order. A second list in the same file is not added.
class ToolAmounts {
  public:
    void add(unsigned tool, double amount) {
        if (tool < amounts_.size() || tool >= kToolsMax) return;
        amounts_.resize(tool);
        amounts_.push_back(amount);
    }
    void append(double amount) { add(static_cast<unsigned>(amounts_.size()), amount); }
    void keep_first(std::vector<double> amounts) {
        if (total().value_or(0) <= 0 && amounts.size() <= kToolsMax) amounts_ = std::move(amounts);
    }

    bool empty() const { return amounts_.empty(); }
    /// Whether it says which tools print: a single amount may be the total of all tools.
    bool names_tools() const { return amounts_.size() > 1; }
    std::optional<double> at(unsigned tool) const {
        return tool < amounts_.size() ? std::optional(amounts_[tool]) : std::nullopt;
    }
    std::optional<double> total() const {
        if (empty()) return std::nullopt;
        return std::accumulate(amounts_.begin(), amounts_.end(), 0.0);
    }
    std::size_t size() const { return amounts_.size(); }

  private:
    std::vector<double> amounts_;
};

}  // namespace karmen::gcode
