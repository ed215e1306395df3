#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace karmen::gcode {

/// A file, or bytes in its place, that can be read at any offset. `read_at` fills `into` and returns how many bytes it
/// read; fewer than asked for only at the end of the file.
struct SeekableFile {
    std::uint64_t size_bytes = 0;
    std::function<std::size_t(std::uint64_t offset, std::span<char> into)> read_at;

    /// These bytes; fewer at the end of the file.
    std::string read(std::uint64_t offset, std::size_t count) const {
        std::string bytes(count, '\0');
        bytes.resize(read_at(offset, bytes));
        return bytes;
    }
};

}  // namespace karmen::gcode
