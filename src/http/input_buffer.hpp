#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace karmen::http {

/// Bytes that were received and not used yet.
class InputBuffer {
  public:
    std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }

    void consume(std::size_t count) { begin_ += count; }

    /// Room for more: at least one byte as long as fewer than `size_max` are held.
    std::span<char> prepare(std::size_t size_max) {
        static constexpr std::size_t kFirstBytes = 2048;
        if (begin_ > 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, size());
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == bytes_.size() && end_ < size_max)
            bytes_.resize(std::min(size_max, std::max(kFirstBytes, 2 * end_)));
        return std::span(bytes_).subspan(end_);
    }
    void commit(std::size_t count) { end_ += count; }

  private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace karmen::http
