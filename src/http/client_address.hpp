#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karmen::http {

/// The canonical spelling of an address that a proxy may write in many ways: `::ffff:10.0.0.7`, `10.0.0.7:5123` and
/// `010.0.0.007` are `10.0.0.7`; `[2001:DB8::0:1]:443` is `2001:db8::1`. nullopt if it is not an IP address.
std::optional<std::string> canonical_address(std::string_view text);

}  // namespace karmen::http
