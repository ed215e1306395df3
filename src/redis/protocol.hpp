#pragma once

#include "redis/reply.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

struct redisReader;

namespace karmen::redis {

/// The command as bytes to send (RESP 2, https://redis.io/docs/reference/protocol-spec).
std::string encode(const Arguments& arguments);

/// A reply, or the error that Redis answered with.
using Answer = std::variant<Reply, CommandError>;

/// Finds replies in a stream of bytes, by hiredis. Owned by a connection. Loop only. No I/O.
class ReplyParser {
  public:
    /// `reply_bytes_max`: a longer reply is an error that ends the stream.
    explicit ReplyParser(std::size_t reply_bytes_max);

    void feed(std::span<const char> bytes);
    /// nullopt if more bytes are needed. Throws std::runtime_error if the input is not RESP or too long; then the
    /// stream cannot be used any more.
    std::optional<Answer> next();

  private:
    struct Deleter {
        void operator()(redisReader* reader) const;
    };

    std::size_t reply_bytes_max_;
    std::size_t bytes_of_this_reply_ = 0;
    std::unique_ptr<redisReader, Deleter> reader_;
};

}  // namespace karmen::redis
