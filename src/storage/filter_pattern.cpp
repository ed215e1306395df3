#include "storage/filter_pattern.hpp"

#include "base/error.hpp"
#include "storage/postgres_pattern.hpp"

#include <fmt/format.h>

namespace karmen::storage {
namespace {

/// Bytes for the program and what is remembered of it while it runs.
constexpr int kMemoryMax = 1 << 20;

Error refused(const std::string& why) {
    return Error::invalid("/filter", why);
}

}  // namespace

std::unique_ptr<re2::RE2> compile_filter(std::string_view pattern) {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(kMemoryMax);
    return std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

void check_filter(std::string_view pattern, const FilterLimits& limits) {
    // First: to compile it costs more than its length.
    if (pattern.size() > limits.length_max)
        throw refused(fmt::format("has a pattern of {} bytes; {} are allowed", pattern.size(), limits.length_max));
    const auto regex = compile_filter(pattern);
    if (!regex->ok() || pattern.find('\0') != std::string_view::npos)
        throw refused("is not a regular expression: " + regex->error());
    if (const int size = regex->ProgramSize(); size > limits.size_max)
        throw refused(fmt::format("is too much work for each character of a text: {} steps; {} are allowed", size,
                                  limits.size_max));
    to_postgres_pattern(pattern);  // refuses the same whatever the database is
}

}  // namespace karmen::storage
