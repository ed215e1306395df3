#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace karmen::gcode {

/// A file, or what stands for one, that is read at any place. `read_at` fills `into` and returns how much of it; less
/// only at the end of the file.
struct SeekableFile {
    std::uint64_t size_bytes = 0;
    std::function<std::size_t(std::uint64_t offset, std::span<char> into)> read_at;

    /// What there is of these bytes.
    std::string read(std::uint64_t offset, std::size_t count) const {
        std::string bytes(count, '\0');
        bytes.resize(read_at(offset, bytes));
        return bytes;
    }
};

}  // namespace karmen::gcode
