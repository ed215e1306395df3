#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace karmen::http {

/// A part of a file; both ends are part of it.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t length() const { return last - first + 1; }
    bool operator==(const ByteRange&) const = default;
};

struct WholeFile {
    bool operator==(const WholeFile&) const = default;
};
struct UnsatisfiableRange {
    bool operator==(const UnsatisfiableRange&) const = default;
};

/// Reads a Range header (RFC 9110 §14.2) for a file of `size` bytes. A header that is not a valid `bytes` range, or
/// asks for several ranges, gives the whole file, as the RFC allows.
std::variant<WholeFile, ByteRange, UnsatisfiableRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace karmen::http
