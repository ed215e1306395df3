#pragma once

#include "gcode/findings.hpp"

#include <string_view>

namespace karmen::gcode {

/// Whether a comment that begins so can hold a fact: a cheap test that turns nearly all comments away. `beginning` is
/// what there is of the text behind `;` and blanks; it may run on into later lines, as no key has a line end in it.
/// "Yes" may be wrong and only costs time; the less there is of the text, the more often.
bool may_hold_fact(std::string_view beginning);

/// Reads one comment, without its `;` and the blanks behind it. The table in the source names every comment that is
/// known.
void read_comment(std::string_view comment, Findings& findings);

}  // namespace karmen::gcode
