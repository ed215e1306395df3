#include "http/body_sender.hpp"

#include "base/error.hpp"
#include "runtime/sleep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace karmen::http {

namespace asio = boost::asio;

namespace {

/// If many downloads begin at the same time, each holds one block until it can be sent.
constexpr std::size_t kBlockBytes = 64UL * 1024;
constexpr std::chrono::milliseconds kPoolRetry{20};

/// Pool thread.
void read_block(int fd, std::span<char> block, std::uint64_t offset) {
    while (!block.empty()) {
        const ::ssize_t got = ::pread(fd, block.data(), block.size(), static_cast<::off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            throw Error(ErrorCode::kInternal, PublicMessage{"The file cannot be read"},
                        LogDetail{got == 0 ? "it is shorter than it was" : std::generic_category().message(errno)});
        block = block.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

}  // namespace

/// Fills the block, or as much of it as the file still has.
Awaitable<void> FileSender::read(std::uint64_t at) {
    co_await offload(files_, [this, at] {
        // Only once a thread is free, so that downloads that wait for a thread hold no memory.
        block_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, file_.length - at)));
        read_block(file_.file.get(), block_, file_.offset + at);
    });
}

Awaitable<void> FileSender::load() {
    // One block is enough: while it waits for the disk, the socket's buffer and the kernel's read-ahead keep both busy.
    ::posix_fadvise(file_.file.get(), static_cast<::off_t>(file_.offset), static_cast<::off_t>(file_.length),
                    POSIX_FADV_SEQUENTIAL);
    co_await read(0);
}

Awaitable<void> FileSender::send(Connection& connection, std::string_view head, std::chrono::milliseconds idle_limit) {
    const std::array<asio::const_buffer, 2> first{asio::buffer(head), asio::buffer(block_)};
    std::uint64_t sent = connection.write_available(first);
    if (sent < head.size()) {
        asio::const_buffer rest = asio::buffer(head) + static_cast<std::size_t>(sent);
        co_await connection.write_all(std::span(&rest, 1), idle_limit);
        sent = head.size();
    }
    sent -= head.size();
    bool is_block_sent = sent == block_.size();
    while (sent < file_.length) {
        if (!is_block_sent) {
            block_ = {};
            co_await connection.wait_writable(idle_limit);
        }
        while (!co_await try_read(sent)) co_await sleep_for(kPoolRetry);
        const asio::const_buffer bytes = asio::buffer(block_);
        const std::size_t taken = connection.write_available(std::span(&bytes, 1));
        is_block_sent = taken == block_.size();
        sent += taken;
    }
}

/// False when the pool has no place.
Awaitable<bool> FileSender::try_read(std::uint64_t at) {
    try {
        co_await read(at);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kOverloaded) throw;
        co_return false;
    }
    co_return true;
}

Awaitable<void> StreamWriter::write(std::string_view bytes) {
    // An empty chunk would end the body.
    if (bytes.empty()) co_return;
    bytes_written_ += bytes.size();
    if (framing_ != Framing::kChunked) {
        asio::const_buffer plain(bytes.data(), bytes.size());
        co_await connection_.write_all(std::span(&plain, 1), idle_limit_);
        co_return;
    }
    std::array<char, 20> size_line{};
    const char* end = fmt::format_to(size_line.data(), "{:x}\r\n", bytes.size());
    std::array<asio::const_buffer, 3> chunk{
        asio::const_buffer(size_line.data(), static_cast<std::size_t>(end - size_line.data())),
        asio::const_buffer(bytes.data(), bytes.size()), asio::const_buffer("\r\n", 2)};
    co_await connection_.write_all(chunk, idle_limit_);
}

Awaitable<void> StreamWriter::finish() {
    if (framing_ != Framing::kChunked) co_return;
    asio::const_buffer last("0\r\n\r\n", 5);
    co_await connection_.write_all(std::span(&last, 1), idle_limit_);
}

}  // namespace karmen::http
