#pragma once

#include "gcode/findings.hpp"

#include <string_view>

namespace karmen::gcode {

/// Whether a comment whose text begins with these two characters can hold a fact: a cheap test that turns nearly all
/// comments away (a false "yes" only costs time).
bool may_hold_fact(char first, char second);

/// Reads one comment, without its `;` and the blanks behind it. The table in the source names every comment that is
/// known.
void read_comment(std::string_view comment, Findings& findings);

}  // namespace karmen::gcode
