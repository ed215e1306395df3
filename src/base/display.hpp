#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Texts, sizes and times as people read them in a terminal.
namespace karmen {

/// Without characters that control a terminal: names and the texts of printers are untrusted.
std::string printable(std::string_view text);
/// The same for a text of several lines.
std::string printable_lines(std::string_view text);

/// `1.2 MiB`
std::string human_size(std::int64_t bytes);
/// `2026-11-23 12:23`, in the machine's time zone.
std::string local_time(Timestamp time);

}  // namespace karmen
