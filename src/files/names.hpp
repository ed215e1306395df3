#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karmen::files {

/// The folder that an uploader named, as the parts below the store's root, which is also what a `/` in front means.
/// Empty parts and `.` are left out. Throws Error(kInvalidInput, "/path") for what leaves the store, is hidden, too
/// deep or too long, or no text.
std::vector<std::string> parse_folder(std::string_view path);

/// The folder in a file's name such as `box/coin.gcode`. None when it is a whole path of the uploader's own system.
std::string_view folder_name(std::string_view uploaded);

/// The last part of what a browser or slicer sent as file name: some send whole paths of their own system.
std::string_view base_name(std::string_view uploaded);

/// The name on disk for `display`: letters of every script stay, blanks become `_`, what file systems or shells stumble
/// over is dropped, leading dots too. At most kFilenameMaxBytes, the extension kept. Never empty.
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
