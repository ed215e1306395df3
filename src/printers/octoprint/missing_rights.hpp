#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karmen::printers::octoprint {

/// Of the answer to `/api/currentuser`: the rights that Karmen needs and the user does not have, as OctoPrint calls
/// them. Empty also where the answer does not list permissions. Any thread.
std::vector<std::string> parse_missing_rights(std::string_view body);

}  // namespace karmen::printers::octoprint
