#pragma once

#include "http/connection.hpp"
#include "http/message.hpp"
#include "http/response_head.hpp"
#include "runtime/pool.hpp"

#include <string_view>
#include <vector>

namespace karmen::http {

/// Sends a file in blocks that are read on the pool. It holds one block in memory. While the client takes nothing it
/// holds no block, and reads the rest of the block again later. Loop only.
class FileSender {
  public:
    FileSender(Pool& files, FileBody file) : files_(files), file_(std::move(file)) {}

    /// Reads the first block, so that a failure can still be answered. Throws Error: kOverloaded if the pool is full,
    /// kInternal if the file cannot be read.
    Awaitable<void> load();

    /// After load(). Sends `head` and the file. Throws system_error when the client leaves or stops taking bytes, and
    /// Error(kInternal) when the file ends early. If the pool is full now, it waits.
    Awaitable<void> send(Connection& connection, std::string_view head, std::chrono::milliseconds idle_limit);

    std::uint64_t length() const { return file_.length; }

  private:
    Awaitable<void> read(std::uint64_t at);
    Awaitable<bool> try_read(std::uint64_t at);

    Pool& files_;
    FileBody file_;
    std::vector<char> block_;
};

/// Frames a stream as chunks (RFC 9112 §7.1), or not at all if the end of the connection ends it.
class StreamWriter final : public BodyWriter {
  public:
    StreamWriter(Connection& connection, Framing framing, std::chrono::milliseconds idle_limit)
        : connection_(connection), framing_(framing), idle_limit_(idle_limit) {}

    Awaitable<void> write(std::string_view bytes) override;
    /// The last chunk.
    Awaitable<void> finish();
    std::uint64_t bytes_written() const { return bytes_written_; }

  private:
    Connection& connection_;
    Framing framing_;
    std::chrono::milliseconds idle_limit_;
    std::uint64_t bytes_written_ = 0;
};

}  // namespace karmen::http
