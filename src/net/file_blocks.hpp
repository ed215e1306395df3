#pragma once

#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace karmen::net {

/// The first `size` bytes of an open file, in two blocks: one is sent while the other is read. Owned by a transfer; the
/// file stays its caller's. Loop only; reads on the pool.
class FileBlocks {
  public:
    FileBlocks(int file, std::uint64_t size) : file_(file), size_(size) {}

    /// There is more to read, and a block to read it into.
    bool can_read() const { return spare_.empty() && read_ < size_; }

    /// Reads the next block. Throws std::system_error, or std::runtime_error when the file is shorter than told.
    Awaitable<void> read_next(Pool& blocking);

    /// Copies what is there, at most `max` bytes; 0 means that nothing is there now, or that the end is reached.
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
