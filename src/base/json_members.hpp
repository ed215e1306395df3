#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen {

/// Reads the members of an object that a machine wrote: a printer, another process, a file. Requests of people are read
/// by api::JsonBody, which says what is wrong; octoprint::parse_object makes the object of a printer's text. Members
/// are empty if they are missing or of another type. The object outlives it. Any thread.
class JsonMembers {
  public:
    explicit JsonMembers(const boost::json::object& object) : object_(object) {}

    std::optional<std::string> optional_text(std::string_view name) const;
    std::string text(std::string_view name) const { return optional_text(name).value_or(""); }
    std::optional<double> number(std::string_view name) const;
    /// 0 also if it is not exactly an integer.
    std::int64_t integer(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    const boost::json::array& array(std::string_view name) const;
    const boost::json::object& object(std::string_view name) const;

  private:
    const boost::json::object& object_;
};

/// The members of the object in this value; those of an empty one if it is none.
const boost::json::object& object_or_empty(const boost::json::value& value);

}  // namespace karmen
