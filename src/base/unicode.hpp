#pragma once

#include <string>
#include <string_view>

namespace karmen {

/// The canonical composition (NFC, Unicode Standard Annex 15): `é` is one character, however it was typed. Text that is
/// not UTF-8 is returned as it is. Any thread.
std::string to_nfc(std::string_view text);

/// The form in which names are compared, so that letter case, width (`Ａ`), composition, invisible characters and
/// blanks at the ends make no difference: NFKC_Casefold of the text, without white space at its ends. Text that is not
/// UTF-8 is returned as it is. Any thread.
std::string fold_name(std::string_view text);

}  // namespace karmen
