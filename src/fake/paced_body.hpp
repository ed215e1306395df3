#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace karmen::fake {

/// A request body that is read slowly, and that knows whether the client broke it off. Loop only; must not outlive the
/// body that it wraps.
class PacedBody final : public http::RequestBody {
  public:
    PacedBody(http::RequestBody& body, std::optional<std::uint64_t> bytes_per_second)
        : body_(body), bytes_per_second_(bytes_per_second) {}

    std::optional<std::uint64_t> content_length() const override { return body_.content_length(); }
    Awaitable<std::size_t> read_some(std::span<char> buffer) override;
    void limit(std::uint64_t bytes_max) override { body_.limit(bytes_max); }

    /// Whether the last read failed: the client left, was too slow, or sent too much.
    bool is_broken() const { return is_broken_; }

  private:
    http::RequestBody& body_;
    std::optional<std::uint64_t> bytes_per_second_;
    bool is_broken_ = false;
};

/// Writes with so many bytes per second.
Awaitable<void> write_slowly(http::BodyWriter& out, std::string_view bytes, std::uint64_t bytes_per_second);

/// Never returns; throws operation_aborted if the waiter is cancelled.
Awaitable<void> wait_forever();

}  // namespace karmen::fake
