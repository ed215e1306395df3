#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace karmen::http {

enum class Framing { kLength, kChunked, kUntilClose, kNoBody };

/// The parts of a response's head that the session decides, not the handler.
struct HeadFacts {
    Framing framing = Framing::kLength;
    std::uint64_t length = 0;
    std::string_view date;
    std::string_view request_id;  ///< empty if it is left out
    std::string_view connection;  ///< value of the Connection header, or empty
};

/// Appends status line and header fields up to the empty line. Fields of the response that belong to the session
/// (Content-Length, Transfer-Encoding, Connection, Date) are left out; bytes that would end a line become blanks.
void append_head(std::string& out, const Response& response, const HeadFacts& facts);

}  // namespace karmen::http
