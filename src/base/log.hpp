#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace spdlog {
class logger;
}

namespace karmen {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

/// One named value of a log line, such as `{"printer", "192.168.1.12"}`.
struct LogField {
    LogField(std::string_view name_in, std::string_view value_in) : name(name_in), value(std::string(value_in)) {}
    LogField(std::string_view name_in, const std::string& value_in) : name(name_in), value(value_in) {}
    LogField(std::string_view name_in, const char* value_in) : name(name_in), value(std::string(value_in)) {}
    template <std::integral T>
    LogField(std::string_view name_in, T value_in) : name(name_in), value(static_cast<std::int64_t>(value_in)) {}
    LogField(std::string_view name_in, double value_in) : name(name_in), value(value_in) {}

    std::string_view name;
    std::variant<std::string, std::int64_t, double> value;
};

/// Structured log to standard error: a line for people, or one JSON object a line. Each line is one message in plain
/// words and named values. Made once by the composition root and handed down by reference. Any thread. Never throws.
class Log {
  public:
    Log(LogLevel level, LogFormat format);
    /// Writes nothing: for tests.
    static Log silent();
    ~Log();
    Log(Log&&) noexcept;

    bool is_enabled(LogLevel level) const { return level >= level_; }
    void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

    void debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::kDebug, message, fields);
    }
    void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::kInfo, message, fields);
    }
    void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::kWarning, message, fields);
    }
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::kError, message, fields);
    }

  private:
    explicit Log(std::shared_ptr<spdlog::logger> logger);

    LogLevel level_;
    LogFormat format_;
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace karmen
