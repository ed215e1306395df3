#include "files/names.hpp"

#include "base/characters.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "domain/gcode_format.hpp"

#include <algorithm>

namespace karmen::files {

namespace {

[[noreturn]] void refuse_folder(const char* why) {
    throw Error::invalid("/path", why);
}

bool is_ascii_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Characters that are not seen or that change how others are shown: controls (U+0080–U+009F), zero-width and direction
/// marks (U+200B–U+200F, U+202A–U+202E, U+2060–U+206F, U+FEFF).
bool is_invisible(std::string_view character) {
    if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    if (character == "\xEF\xBB\xBF") return true;
    if (character.size() != 3 || character[0] != '\xE2') return false;
    const auto second = static_cast<unsigned char>(character[1]);
    const auto third = static_cast<unsigned char>(character[2]);
    if (second == 0x80) return (third >= 0x8B && third <= 0x8F) || (third >= 0xAA && third <= 0xAE);
    return second == 0x81 && third >= 0xA0 && third <= 0xAF;
}

/// `.gcode.3mf` is one extension.
std::size_t extension_start(std::string_view filename) {
    const std::string_view ending = gcode_ending(filename);
    if (!ending.empty() && ending.size() < filename.size()) return filename.size() - ending.size();
    const std::size_t dot = filename.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? filename.size() : dot;
}

/// Cut at a character's border.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace

std::vector<std::string> parse_folder(std::string_view path) {
    std::vector<std::string> parts;
    if (path.size() > kFolderMaxBytes) refuse_folder("is too long");
    if (!is_valid_utf8(path)) refuse_folder("is not UTF-8");
    if (std::ranges::any_of(path, is_ascii_control)) refuse_folder("has a control character");
    if (path.find('\\') != std::string_view::npos) refuse_folder("has a backslash; folders are separated by /");
    for (const std::string_view part : split(path, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..") refuse_folder("leaves the store");
        if (part.front() == '.') refuse_folder("has a folder whose name begins with a dot");
        if (part.size() > kFolderPartMaxBytes) refuse_folder("has a folder whose name is too long");
        parts.emplace_back(part);
    }
    if (parts.size() > kFolderDepthMax) refuse_folder("is too deep");
    return parts;
}

std::string_view base_name(std::string_view uploaded) {
    const std::size_t slash = uploaded.find_last_of("/\\");
    return slash == std::string_view::npos ? uploaded : uploaded.substr(slash + 1);
}

std::string_view folder_name(std::string_view uploaded) {
    const std::size_t slash = uploaded.rfind('/');
    const bool is_elsewhere = uploaded.starts_with('/') || uploaded.find('\\') != std::string_view::npos ||
                              (uploaded.size() > 1 && uploaded[1] == ':');
    return slash == std::string_view::npos || is_elsewhere ? std::string_view() : uploaded.substr(0, slash);
}

std::string safe_filename(std::string_view display) {
    static constexpr std::string_view kDropped = "/\\:*?\"<>|'`$&;!#%~^{}[]";
    std::string safe;
    const std::string text = to_valid_utf8(display);
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view character = rest.substr(0, character_length(rest));
        rest.remove_prefix(character.size());
        const char first = character.front();
        if (first == ' ' || character == "\xC2\xA0")
            safe += '_';
        else if (character.size() > 1 ? !is_invisible(character)
                                      : !is_ascii_control(first) && kDropped.find(first) == std::string_view::npos)
            safe += character;
    }
    safe.erase(0, safe.find_first_not_of("._-"));
    const std::string_view ending = gcode_ending(text);
    if (!ending.empty() && safe == ending.substr(1)) safe.clear();
    if (safe.empty() || extension_start("x" + safe) == safe.size() + 1)
        safe = "file" + (safe.empty() ? std::string(ending) : "." + safe);
    if (safe.size() <= kFilenameMaxBytes) return safe;
    const std::size_t dot = extension_start(safe);
    const std::string extension(cut(std::string_view(safe).substr(dot), kFilenameMaxBytes / 2));
    return std::string(cut(std::string_view(safe).substr(0, dot), kFilenameMaxBytes - extension.size())) + extension;
}

std::string with_suffix(std::string_view filename, std::string_view suffix) {
    const std::size_t dot = extension_start(filename);
    return std::string(filename.substr(0, dot)) + "-" + std::string(suffix) + std::string(filename.substr(dot));
}

}  // namespace karmen::files
