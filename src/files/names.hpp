#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karmen::files {

/// The folder that an uploader named, as parts below the store's root; a `/` in front means the same root. Empty parts
/// and `.` are left out. Throws Error(kInvalidInput, "/path") if it leaves the store, is hidden, too deep, too long, or
/// not text.
std::vector<std::string> parse_folder(std::string_view path);

/// The folder in a file's name such as `box/coin.gcode`. Empty if the name is an absolute path of the uploader's own
/// system.
std::string_view folder_name(std::string_view uploaded);

/// The last part of the file name that a browser or slicer sent: some send absolute paths of their own system.
std::string_view base_name(std::string_view uploaded);

/// The name on disk for `display`: letters of every script stay, blanks become `_`, characters that trouble file
/// systems or shells are dropped, leading dots too. At most kFilenameMaxBytes, the extension kept. Never empty.
std::string safe_filename(std::string_view display);

/// `cube.gcode` and `1f3a` give `cube-1f3a.gcode`.
std::string with_suffix(std::string_view filename, std::string_view suffix);

/// Shorter than the 255 bytes of file systems, so that a suffix fits.
inline constexpr std::size_t kFilenameMaxBytes = 200;
inline constexpr std::size_t kDisplayMaxBytes = 1024;
inline constexpr std::size_t kFolderMaxBytes = 1024;
inline constexpr std::size_t kFolderPartMaxBytes = 200;
inline constexpr std::size_t kFolderDepthMax = 16;

}  // namespace karmen::files
