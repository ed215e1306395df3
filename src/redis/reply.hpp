#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace karmen::redis {

/// The parts of a command, its name first. Any bytes.
using Arguments = std::vector<std::string>;

/// Redis answered with an error, such as `NOGROUP No such key …`: a state that the caller expects, or a bug.
class CommandError : public Error {
  public:
    explicit CommandError(std::string text)
        : Error(ErrorCode::kInternal, PublicMessage{"The server made a mistake"}, LogDetail{std::move(text)}) {}

    /// Its first word: `NOGROUP`.
    std::string_view word() const {
        const std::string_view text = detail();
        return text.substr(0, text.find(' '));
    }
};

/// An answer of Redis, as a value. The accessors throw CommandError if it is of another kind.
class Reply {
  public:
    using Array = std::vector<Reply>;

    Reply() = default;
    explicit Reply(std::int64_t number) : value_(number) {}
    explicit Reply(std::string text) : value_(std::move(text)) {}
    explicit Reply(Array items) : value_(std::move(items)) {}

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_array() const { return std::holds_alternative<Array>(value_); }
    std::int64_t integer() const { return get<std::int64_t>("a number"); }
    const std::string& text() const { return get<std::string>("a text"); }
    const Array& array() const { return get<Array>("a list"); }
    /// The n-th item of a list.
    const Reply& at(std::size_t n) const;

    bool operator==(const Reply&) const = default;

  private:
    template <class T>
    const T& get(const char* wanted) const {
        if (const T* value = std::get_if<T>(&value_)) return *value;
        throw CommandError(std::string("UNEXPECTED the answer is not ") + wanted);
    }

    std::variant<std::monostate, std::int64_t, std::string, Array> value_;
};

inline const Reply& Reply::at(std::size_t n) const {
    if (n < array().size()) return array()[n];
    throw CommandError("UNEXPECTED the answer is too short a list");
}

}  // namespace karmen::redis
