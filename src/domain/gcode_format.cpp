#include "domain/gcode_format.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace karmen {

namespace {

struct Ending {
    std::string_view text;
    GcodeFormat format;
};
constexpr Ending kEndings[] = {
    {".gco", GcodeFormat::kText},      {".gcode", GcodeFormat::kText},        {".g", GcodeFormat::kText},
    {".bgcode", GcodeFormat::kBinary}, {".gcode.3mf", GcodeFormat::kArchive},
};

const Ending* ending_of(std::string_view filename) {
    const std::string lower = to_lower(filename);
    const auto* const found = std::ranges::find_if(kEndings, [&](const Ending& e) { return lower.ends_with(e.text); });
    return found == std::end(kEndings) ? nullptr : found;
}

/// What the printers of a kind print: a row for each kind that Karmen speaks with.
struct Kind {
    std::string_view name;
    std::string_view shown;
    bool text;
    bool binary;
    bool archive;

    bool prints(GcodeFormat format) const {
        return format == GcodeFormat::kText ? text : format == GcodeFormat::kBinary ? binary : archive;
    }
};
// OctoPrint refuses files with other names (415), and sends a file line by line.
constexpr Kind kKinds[] = {
    {.name = "octoprint", .shown = "OctoPrint", .text = true, .binary = false, .archive = false}};

/// Other names, from old rows, are treated as the first kind.
const Kind& kind_of(std::string_view name) {
    const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
    return found == std::end(kKinds) ? kKinds[0] : *found;
}

std::string_view name_of(GcodeFormat format) {
    switch (format) {
        case GcodeFormat::kText:
            return "plain G-code (.gcode)";
        case GcodeFormat::kBinary:
            return "binary G-code (.bgcode)";
        case GcodeFormat::kArchive:
            return "sliced plates in an archive (.gcode.3mf)";
    }
    return "";
}

}  // namespace

std::string_view gcode_ending(std::string_view filename) {
    const Ending* const ending = ending_of(filename);
    return ending == nullptr ? std::string_view() : filename.substr(filename.size() - ending->text.size());
}

std::optional<GcodeFormat> gcode_format(std::string_view filename) {
    const Ending* const ending = ending_of(filename);
    return ending == nullptr ? std::nullopt : std::optional(ending->format);
}

GcodeFormat stored_format(std::string_view filename) {
    return gcode_format(filename).value_or(GcodeFormat::kText);
}

std::optional<std::string> print_obstacle(std::string_view kind, GcodeFormat format) {
    const Kind& row = kind_of(kind);
    if (row.prints(format)) return std::nullopt;
    return std::string(row.shown) + " does not print " + std::string(name_of(format));
}

}  // namespace karmen
