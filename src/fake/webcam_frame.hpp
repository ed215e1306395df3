#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace karmen::fake {

inline constexpr int kFrameWidth = 320;
inline constexpr int kFrameHeight = 240;

/// What the picture of a simulated webcam shows.
struct FrameFacts {
    std::string_view name;
    std::string_view state;
    std::optional<double> completion;  ///< percent
    Timestamp time{};
};

/// One picture as JPEG: the name, the state and the time as text, a print that grows under a moving head, and a
/// progress bar. Takes about half a millisecond. Any thread. Throws Error(kInternal) when the encoder fails.
std::string draw_frame(const FrameFacts& facts);

}  // namespace karmen::fake
