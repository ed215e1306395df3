#pragma once

#include "base/error.hpp"
#include "http/message.hpp"
#include "runtime/awaitable.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::api {

/// The JSON object in the body of a request. Each reader notes what is wrong with its member and goes on, so that
/// finish() can report all faults at once. Use the values only after finish(). Unknown members are ignored.
/// Strict, because a person can mend a request; what machines wrote is read by JsonMembers.
class JsonBody {
  public:
    /// Throws Error: kMalformedBody (not JSON by content type, malformed, too deep), kInvalidInput (not an object, an
    /// empty one, or two members of one name).
    static Awaitable<JsonBody> read(http::Request& request);

    /// The same for a list of objects; each notes its errors under its number: `/0/key`.
    static Awaitable<std::vector<JsonBody>> read_list(http::Request& request);

    /// Text with at least one character, without NUL.
    std::string required_text(std::string_view name, std::size_t bytes_max = kTextBytesMax);
    /// nullopt if the member is absent or null.
    std::optional<std::string> optional_text(std::string_view name, std::size_t bytes_max = kTextBytesMax);
    std::optional<bool> optional_bool(std::string_view name);
    /// An integer, or a text that contains one: old clients send both.
    std::int64_t required_id(std::string_view name);
    const boost::json::object* optional_object(std::string_view name);
    bool has(std::string_view name) const { return object_.contains(name); }
    /// A null pointer if it is absent; a JSON null counts as present.
    const boost::json::value* member(std::string_view name) const { return object_.if_contains(name); }

    void fail(std::string_view name, std::string message);
    /// Throws Error::invalid if any reader found a fault.
    void finish() const;

    static constexpr std::size_t kTextBytesMax = 1024;

  private:
    explicit JsonBody(boost::json::object object, std::string pointer = {})
        : object_(std::move(object)), pointer_(std::move(pointer)) {}
    /// A null pointer if the member is absent or JSON null.
    const boost::json::value* find(std::string_view name) const;
    std::optional<std::string> text(std::string_view name, const boost::json::value& value, std::size_t bytes_max);

    boost::json::object object_;
    std::string pointer_;  ///< of the object within the body
    std::vector<FieldError> errors_;
};

/// A path value as a number; nullopt if it cannot be an id.
std::optional<std::int64_t> parse_id(std::string_view text);

}  // namespace karmen::api
