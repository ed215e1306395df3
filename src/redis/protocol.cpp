#include "redis/protocol.hpp"

#include <hiredis/hiredis.h>
#include <new>
#include <stdexcept>

namespace karmen::redis {

namespace {

struct ReplyDeleter {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

/// An error anywhere in a list makes the whole answer an error: none of our commands expects that a part fails.
Reply to_reply(const redisReply& reply) {
    switch (reply.type) {
        case REDIS_REPLY_INTEGER:
            return Reply(std::int64_t{reply.integer});
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            return Reply(std::string(reply.str, reply.len));
        case REDIS_REPLY_ERROR:
            throw CommandError(std::string(reply.str, reply.len));
        case REDIS_REPLY_ARRAY: {
            Reply::Array items;
            items.reserve(reply.elements);
            for (std::size_t i = 0; i < reply.elements; ++i) items.push_back(to_reply(*reply.element[i]));
            return Reply(std::move(items));
        }
        default:
            return {};
    }
}

}  // namespace

std::string encode(const Arguments& arguments) {
    std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
    for (const std::string& argument : arguments) {
        bytes += "$" + std::to_string(argument.size()) + "\r\n";
        bytes += argument;
        bytes += "\r\n";
    }
    return bytes;
}

void ReplyParser::Deleter::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

ReplyParser::ReplyParser(std::size_t reply_bytes_max)
    : reply_bytes_max_(reply_bytes_max), reader_(redisReaderCreate()) {
    if (!reader_) throw std::bad_alloc();
}

void ReplyParser::feed(std::span<const char> bytes) {
    bytes_of_this_reply_ += bytes.size();
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
        throw std::runtime_error(reader_->errstr);
}

std::optional<Answer> ReplyParser::next() {
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) throw std::runtime_error(reader_->errstr);
    if (found == nullptr) {
        if (bytes_of_this_reply_ > reply_bytes_max_) throw std::runtime_error("the answer is too long");
        return std::nullopt;
    }
    bytes_of_this_reply_ = reader_->len - reader_->pos;
    const std::unique_ptr<redisReply, ReplyDeleter> reply(static_cast<redisReply*>(found));
    try {
        return to_reply(*reply);
    } catch (const CommandError& error) {
        return error;
    }
}

}  // namespace karmen::redis
