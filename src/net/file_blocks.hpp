#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace karmen::net {

/// The first `size` bytes of an open file, in two blocks: one is sent while the other is read. Owned by a transfer; the
/// caller keeps the ownership of the file. Loop only; reads on the pool.
class FileBlocks {
  public:
    FileBlocks(int file, std::uint64_t size) : file_(file), size_(size) {}

    /// There is more to read, and a block to read it into.
    bool can_read() const { return spare_.empty() && read_ < size_; }

    /// The next block that is read is the last one.
    bool is_last_next() const;

    /// Reads the next block. Throws std::system_error, or std::runtime_error if the file is shorter than `size`.
    Awaitable<void> read_next(Pool& blocking);

    /// Copies the bytes that were read, at most `max`; 0 if none are ready now, or at the end.
    std::size_t take(char* to, std::size_t max);
    bool is_at_end() const { return taken_ == size_; }

  private:
    int file_;
    std::uint64_t size_;
    std::uint64_t read_ = 0;
    std::uint64_t taken_ = 0;
    std::string current_;
    std::size_t current_taken_ = 0;
    std::string spare_;  ///< read, not yet begun
    std::string buffer_;
};

}  // namespace karmen::net
