#include "base/text.hpp"
#include "config/options.hpp"
#include "config/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

// What the kinds of options do with values: read, check, name what is allowed, write.
namespace karmen::config {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (byte < 0x20 || byte == 0x7F)
            out += fmt::format("\\u{:04X}", byte);
        else
            out += c;
    }
    return out + '"';
}

std::string list_of(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
    return out + "]";
}

std::string shown(const Value& value) {
    return std::visit(Overloaded{[](const std::string& text) { return in_quotes(to_valid_utf8(text)); },
                                 [](std::int64_t number) { return std::to_string(number); },
                                 [](const std::vector<std::string>& items) { return list_of(items); }},
                      value);
}

template <class T>
bool store_within(std::optional<T> value, T min, T max, T& target) {
    if (!value || *value < min || *value > max) return false;
    target = *value;
    return true;
}

template <class Kind>
bool store_text(const Kind& kind, const Value& value, Config& config) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || !is_valid_utf8(*text) || !kind.rule.accepts(*text)) return false;
    kind.field.in(config) = *text;
    return true;
}

bool store(const NumberOption& kind, const Value& value, Config& config) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || *number < kind.min || *number > kind.max) return false;
    kind.field.in(config) = static_cast<int>(*number);
    return true;
}

bool store(const DurationOption& kind, const Value& value, Config& config) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && store_within(parse_duration(*text), kind.min, kind.max, kind.field.in(config));
}

bool store(const SizeOption& kind, const Value& value, Config& config) {
    const auto* number = std::get_if<std::int64_t>(&value);
    const auto* text = std::get_if<std::string>(&value);
    std::optional<Bytes> size;
    if (number != nullptr && *number >= 0) size = static_cast<Bytes>(*number);
    if (text != nullptr) size = parse_size(*text);
    return store_within(size, kind.min, kind.max, kind.field.in(config));
}

bool store(const TextOption& kind, const Value& value, Config& config) {
    return store_text(kind, value, config);
}
bool store(const SecretOption& kind, const Value& value, Config& config) {
    return store_text(kind, value, config);
}

bool store(const ListOption& kind, const Value& value, Config& config) {
    const auto* items = std::get_if<std::vector<std::string>>(&value);
    if (items == nullptr || !std::ranges::all_of(*items, kind.rule.accepts)) return false;
    kind.field.in(config) = *items;
    return true;
}

bool store(const WordOption& kind, const Value& value, Config& config) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return false;
    const auto word = std::ranges::find(kind.words, std::string_view(*text));
    if (word == kind.words.end()) return false;
    kind.set(config, static_cast<std::size_t>(word - kind.words.begin()));
    return true;
}

}  // namespace

std::string allowed(const Option& option) {
    return std::visit(Overloaded{[](const NumberOption& kind) { return fmt::format("{}–{}", kind.min, kind.max); },
                                 [](const DurationOption& kind) {
                                     return fmt::format("\"{}\"–\"{}\"", format_duration(kind.min),
                                                        format_duration(kind.max));
                                 },
                                 [](const SizeOption& kind) {
                                     return fmt::format("\"{}\"–\"{}\"", format_size(kind.min), format_size(kind.max));
                                 },
                                 [](const TextOption& kind) { return std::string(kind.rule.allowed); },
                                 [](const SecretOption& kind) { return std::string(kind.rule.allowed); },
                                 [](const ListOption& kind) { return fmt::format("a list of {}", kind.rule.allowed); },
                                 [](const WordOption& kind) { return fmt::format("{}", fmt::join(kind.words, ", ")); }},
                      option.kind);
}

std::string to_toml(const Option& option, const Config& config) {
    return std::visit(
        Overloaded{[&](const NumberOption& kind) { return std::to_string(kind.field.of(config)); },
                   [&](const DurationOption& kind) { return in_quotes(format_duration(kind.field.of(config))); },
                   [&](const SizeOption& kind) { return in_quotes(format_size(kind.field.of(config))); },
                   [&](const TextOption& kind) { return in_quotes(kind.field.of(config)); },
                   [&](const SecretOption& kind) { return in_quotes(kind.field.of(config)); },
                   [&](const ListOption& kind) { return list_of(kind.field.of(config)); },
                   [&](const WordOption& kind) { return in_quotes(kind.words[kind.get(config)]); }},
        option.kind);
}

std::optional<std::string> assign(const Option& option, const Value& value, Config& config) {
    if (std::visit([&](const auto& kind) { return store(kind, value, config); }, option.kind)) return std::nullopt;
    return fmt::format("{} is not allowed; allowed: {}", option.is_secret() ? "what is there" : shown(value),
                       allowed(option));
}

std::optional<std::string> assign_text(const Option& option, std::string_view text, Config& config) {
    if (std::holds_alternative<NumberOption>(option.kind)) {
        if (const auto number = parse_int(text)) return assign(option, *number, config);
    }
    if (std::holds_alternative<ListOption>(option.kind)) {
        std::vector<std::string> items;
        if (!trim(text).empty())
            for (const std::string_view item : split(text, ',')) items.emplace_back(trim(item));
        return assign(option, items, config);
    }
    return assign(option, std::string(text), config);
}

}  // namespace karmen::config
