#pragma once

#include "http/content_coding.hpp"
#include "http/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::http {

/// How long clients keep a file without asking.
enum class Caching {
    kAskAlways,  ///< its name stays when its content changes
    kForever,    ///< another content has another name
};

/// A file that is compiled into the program, also compressed where that pays.
struct StaticFile {
    std::string_view name;
    std::string_view media_type;
    std::string_view plain;
    std::string_view gzip = {};    ///< empty: there is none
    std::string_view brotli = {};  ///< empty: there is none
    Caching caching = Caching::kAskAlways;
};

/// Answers with files that are the same for everybody. They are hashed once, when this is made; an answer copies and
/// compresses nothing. Any thread.
class StaticFiles {
  public:
    /// The bytes live as long as the program.
    explicit StaticFiles(std::span<const StaticFile> files);

    /// 200, or 304 if the client has it already (RFC 9110 §13.1.2); nullopt if there is no such file. For GET and HEAD.
    std::optional<Response> answer(const Request& request, std::string_view name) const;

  private:
    struct Form {
        ContentCoding coding;
        std::string_view bytes;
        std::string etag;  ///< each form has one of its own (RFC 9110 §8.8.3.3)
    };
    struct Entry {
        StaticFile file;
        std::vector<Form> forms;
        std::vector<ContentCoding> codings;
    };
    std::vector<Entry> entries_;
};

}  // namespace karmen::http
