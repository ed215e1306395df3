#include "base/log.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/null_sink.h>

namespace karmen {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return spdlog::level::debug;
        case LogLevel::kInfo:
            return spdlog::level::info;
        case LogLevel::kWarning:
            return spdlog::level::warn;
        case LogLevel::kError:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// A JSON string with its quotes; invalid UTF-8 is replaced.
std::string json_string(std::string_view text) {
    return boost::json::serialize(boost::json::string(to_valid_utf8(text)));
}

/// For people: quoted only if a blank or a control character would break the form of the line.
std::string plain_value(const std::string& text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == '"') return json_string(text);
    return text.empty() ? "\"\"" : to_valid_utf8(text);
}

std::string number_or(const LogField& field, std::string (*of_text)(const std::string&)) {
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
    if (const auto* real = std::get_if<double>(&field.value)) return fmt::format("{:.3f}", *real);
    return of_text(std::get<std::string>(field.value));
}

std::string as_json_members(std::string_view message, std::initializer_list<LogField> fields) {
    std::string line = "\"message\":" + json_string(message);
    for (const LogField& field : fields)
        line += "," + json_string(field.name) + ":" +
                number_or(field, [](const std::string& text) { return json_string(text); });
    return line;
}

std::string as_text(std::string_view message, std::initializer_list<LogField> fields) {
    std::string line(message);
    for (const LogField& field : fields) line += fmt::format(" {}={}", field.name, number_or(field, plain_value));
    return line;
}

}  // namespace

Log::Log(LogLevel level, LogFormat format) : level_(level), format_(format) {
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    logger_ = std::make_shared<spdlog::logger>("karmen", sink);
    logger_->set_level(to_spdlog(level));
    logger_->flush_on(spdlog::level::debug);
    logger_->set_pattern(format == LogFormat::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%S.%f+00:00","level":"%l",%v})"
                                                    : "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v",
                         spdlog::pattern_time_type::utc);
}

Log::Log(std::shared_ptr<spdlog::logger> logger)
    : level_(LogLevel::kError), format_(LogFormat::kText), logger_(std::move(logger)) {}

Log Log::silent() {
    return Log(std::make_shared<spdlog::logger>("silent", std::make_shared<spdlog::sinks::null_sink_mt>()));
}

Log::~Log() = default;
Log::Log(Log&&) noexcept = default;

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!is_enabled(level)) return;
    try {
        const std::string line =
            format_ == LogFormat::kJson ? as_json_members(message, fields) : as_text(message, fields);
        logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
    } catch (...) {
        // A failure to write a log line must not stop the work that it reports.
    }
}

}  // namespace karmen
