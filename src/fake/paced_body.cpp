#include "fake/paced_body.hpp"

#include "runtime/event.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <chrono>

namespace karmen::fake {

namespace {

constexpr std::chrono::milliseconds kStep{100};

/// What fits into one step, at least a byte.
std::size_t bytes_per_step(std::uint64_t bytes_per_second) {
    return std::max<std::size_t>(1, bytes_per_second * static_cast<std::uint64_t>(kStep.count()) / 1000);
}

}  // namespace

Awaitable<std::size_t> PacedBody::read_some(std::span<char> buffer) {
    if (bytes_per_second_) {
        co_await sleep_for(kStep);
        buffer = buffer.first(std::min(buffer.size(), bytes_per_step(*bytes_per_second_)));
    }
    // A cancel unwinds from here as well: then it was the client who left.
    is_broken_ = true;
    const std::size_t read = co_await body_.read_some(buffer);
    is_broken_ = false;
    co_return read;
}

Awaitable<void> write_slowly(http::BodyWriter& out, std::string_view bytes, std::uint64_t bytes_per_second) {
    const std::size_t step = bytes_per_step(bytes_per_second);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
        co_await out.write(bytes.substr(0, step));
        co_await sleep_for(kStep);
    }
}

Awaitable<void> wait_forever() {
    Event never(co_await boost::asio::this_coro::executor);
    co_await never.wait();
}

}  // namespace karmen::fake
