#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace karmen::gcode::binary {

/// Undoes DEFLATE in its zlib wrapping (RFC 1950), as blocks of binary g-code use it. nullopt if the data is damaged or
/// does not give exactly `size` bytes. Never makes more than `size` bytes. Any thread.
std::optional<std::string> inflate(std::span<const char> data, std::size_t size);

/// Undoes heatshrink, an LZSS of bits, the highest of each byte first. `1` and 8 bits are a byte; `0`, `window_bits`
/// bits (distance - 1) and `lookahead_bits` bits (count - 1) repeat what stands at that distance, where everything
/// before the beginning is zero. What is left of the last byte is padding. The same results and limits as inflate().
std::optional<std::string> unshrink(std::span<const char> data, std::size_t size, unsigned window_bits,
                                    unsigned lookahead_bits);

}  // namespace karmen::gcode::binary
