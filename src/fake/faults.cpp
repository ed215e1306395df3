#include "fake/faults.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace karmen::fake {

namespace {

/// Cuts off and returns the text after `mark`; nullopt if there is no mark.
std::optional<std::string_view> cut_off(std::string_view& text, char mark) {
    const auto at = text.rfind(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const auto part = text.substr(at + 1);
    text = text.substr(0, at);
    return part;
}

}  // namespace

const FaultFacts& facts(Fault fault) {
    return *std::ranges::find(kFaults, fault, &FaultFacts::fault);
}

std::optional<FaultRule> fault_by_name(std::string_view name) {
    const auto row = std::ranges::find(kFaults, name, &FaultFacts::name);
    if (row == kFaults.end()) return std::nullopt;
    FaultRule rule;
    rule.fault = row->fault;
    rule.amount = row->amount;
    return rule;
}

std::optional<FaultRule> parse_fault(std::string_view text) {
    const auto count = cut_off(text, '*');
    const auto path = cut_off(text, '@');
    const auto amount = cut_off(text, '=');
    auto rule = fault_by_name(text);
    if (!rule) return std::nullopt;
    if (path) {
        if (!path->starts_with('/')) return std::nullopt;
        rule->path = *path;
    }
    if (amount) {
        const auto number = parse_int(*amount);
        if (!number || *number < 1) return std::nullopt;
        rule->amount = *number;
    }
    if (count) {
        const auto number = parse_int(*count);
        if (!number || *number < 1) return std::nullopt;
        rule->count = static_cast<std::uint64_t>(*number);
    }
    return rule;
}

std::optional<FaultRule> FaultSwitch::take(Fault fault, std::string_view path) {
    const auto rule = std::ranges::find_if(
        rules_, [&](const FaultRule& each) { return each.fault == fault && path.starts_with(each.path); });
    if (rule == rules_.end()) return std::nullopt;
    FaultRule taken = *rule;
    if (rule->count && --*rule->count == 0) rules_.erase(rule);
    return taken;
}

}  // namespace karmen::fake
