#pragma once

#include "base/text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

/// For tests only.
namespace karmen {

/// So long that only what hangs meets it, also on a busy machine with sanitizers.
inline constexpr std::chrono::seconds kTestPatience{30};

/// Ends a loop that waits for something that must come:
///     for (const TestDeadline deadline; !has_come();) deadline.check();
class TestDeadline {
  public:
    explicit TestDeadline(std::source_location where = std::source_location::current(),
                          std::chrono::steady_clock::duration patience = kTestPatience)
        : where_(where), patience_(patience), end_(std::chrono::steady_clock::now() + patience) {}

    /// Throws when it is over, and says at once which line waits: what the exception meets on its way may hang as well.
    void check() const {
        if (std::chrono::steady_clock::now() < end_) return;
        const std::string text =
            fmt::format("{}:{}: did not come within {} s: {}", where_.file_name(), where_.line(),
                        std::chrono::duration_cast<std::chrono::seconds>(patience_).count(), line_of_source());
        fmt::print(stderr, "{}\n", text);
        throw std::runtime_error(text);
    }

  private:
    /// If the source is at hand. The compiler may have been told its name from the build folder, which is below the
    /// root.
    std::string line_of_source() const {
        std::string_view name = where_.file_name();
        while (name.starts_with("../")) name.remove_prefix(3);
        auto folder = std::filesystem::current_path();
        while (!std::filesystem::exists(folder / name) && folder.has_relative_path()) folder = folder.parent_path();
        std::ifstream source(folder / name);
        std::string line;
        for (auto left = where_.line(); left > 0 && std::getline(source, line);) --left;
        return std::string(trim(line));
    }

    std::source_location where_;
    std::chrono::steady_clock::duration patience_;
    std::chrono::steady_clock::time_point end_;
};

/// Waits for what another thread does; blocks this one.
inline void block_until(const std::function<bool()>& has_come,
                        std::source_location where = std::source_location::current()) {
    for (const TestDeadline deadline(where); !has_come(); std::this_thread::yield()) deadline.check();
}

}  // namespace karmen
