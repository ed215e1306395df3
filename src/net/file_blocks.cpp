#include "net/file_blocks.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace karmen::net {

namespace {

constexpr std::size_t kBlockBytes = 256 << 10;

void fill(int file, std::uint64_t offset, std::string& block) {
    std::size_t done = 0;
    while (done < block.size()) {
        const ssize_t n = ::pread(file, block.data() + done, block.size() - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw std::system_error(errno, std::generic_category(), "the file cannot be read");
        if (n == 0) throw std::runtime_error("the file is shorter than told");
        done += static_cast<std::size_t>(n);
    }
}

}  // namespace

bool FileBlocks::is_last_next() const {
    return size_ - read_ <= kBlockBytes;
}

Awaitable<void> FileBlocks::read_next(Pool& blocking) {
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, size_ - read_)));
    co_await offload(blocking, [this] { fill(file_, read_, buffer_); });
    read_ += buffer_.size();
    spare_.swap(buffer_);
}

std::size_t FileBlocks::take(char* to, std::size_t max) {
    if (current_taken_ == current_.size()) {
        current_.swap(spare_);
        spare_.clear();
        current_taken_ = 0;
    }
    const std::size_t n = std::min(max, current_.size() - current_taken_);
    std::memcpy(to, current_.data() + current_taken_, n);
    current_taken_ += n;
    taken_ += n;
    return n;
}

}  // namespace karmen::net
