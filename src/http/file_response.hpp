#pragma once

#include "base/file_descriptor.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace karmen::http {

/// What conditional requests are compared with (RFC 9110 §13).
struct Validators {
    std::string etag;  ///< opaque, without quotes; changes whenever a byte changes. Empty if there is none
    std::chrono::system_clock::time_point last_modified;
};

/// 304 if the client has it already; nullopt if it needs the answer, which carries the same validators.
std::optional<Response> not_modified(const Request& request, const Validators& validators);
void add_validators(Response& response, const Validators& validators);

/// What the answer says about a file.
struct FileFacts {
    std::uint64_t size = 0;
    Validators validators;
    std::string content_type;
    std::string download_name;  ///< what a browser saves it as; empty: it may show the file
};

/// A file as answer to GET or HEAD: 200, 206 for one range, 304 if the client has it already, 416 for a range outside
/// of it (RFC 9110 §13, §14). The caller adds Cache-Control.
Response file_response(const Request& request, FileDescriptor file, const FileFacts& facts);

/// An answer from memory under its entity tag (opaque, without quotes): 304 when the client has it already.
Response tagged_response(const Request& request, const std::string& etag, Response whole);

}  // namespace karmen::http
