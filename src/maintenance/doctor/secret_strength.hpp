#pragma once

#include <string_view>

namespace karmen::maintenance::doctor {

/// Whether this secret seems to be typed by a person and not random: it has few different characters, or at least half
/// of it is repeated, a run of the alphabet or of a keyboard, or a word that is common in such secrets. Any thread.
bool is_guessable(std::string_view secret);

}  // namespace karmen::maintenance::doctor
