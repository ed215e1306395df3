#pragma once

#include <string_view>

namespace karmen::maintenance::doctor {

/// Whether somebody seems to have typed this secret, rather than drawn it: few different characters, or half of it and
/// more is repeated, a run of the alphabet or of a keyboard, or a word that such secrets are made of. Any thread.
bool is_guessable(std::string_view secret);

}  // namespace karmen::maintenance::doctor
