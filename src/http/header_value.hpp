#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace karmen::http {

/// A header value with parameters, such as `form-data; name="file"; filename*=UTF-8''a%20b.gcode`.
struct HeaderValue {
    std::string value;  ///< before the first `;`, lower case
    std::vector<std::pair<std::string, std::string>> parameters;

    /// The parameter of that lower-case name, unquoted; `name*` (RFC 8187, in UTF-8 or ISO 8859-1) before `name`.
    std::optional<std::string> find(std::string_view name) const;
};

/// Reads quoted strings as browsers write them: a backslash escapes only `"` and itself, so that `C:\new.gcode` stays
/// whole, and `%22` is a quote. nullopt if a quote is not closed or a parameter has no `=`.
std::optional<HeaderValue> parse_header_value(std::string_view text);

/// `filename="…"; filename*=UTF-8''…` (RFC 6266): the second only if the name is not plain ASCII; then the first has
/// `_` in place of each other character. Receivers that know both use the second.
std::string filename_parameters(std::string_view file_name);

/// `attachment; ` and these parameters.
std::string attachment_disposition(std::string_view file_name);

}  // namespace karmen::http
