#include "maintenance/backup/manifest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/secret.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace karmen::maintenance::backup {

namespace {

namespace json = boost::json;

/// The version of the backup's format, not of the program.
constexpr int kFormat = 1;

/// Only paths that a backup can have, without parts that could lead elsewhere.
bool is_path_in_backup(std::string_view path) {
    if (path == kDatabaseName || path == crypto::kSecretFileName) return true;
    const auto parts = split(path, '/');
    return parts.size() > 1 && parts.front() == kGcodeFolder && std::ranges::none_of(parts, [](std::string_view part) {
               return part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos;
           });
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

/// Each value on its own line, so that people can read it.
template <class Values, class ToJson>
std::string lines(const Values& values, ToJson to_json) {
    std::string text;
    for (const auto& value : values)
        text += (text.empty() ? "\n    " : ",\n    ") + json::serialize(json::value(to_json(value)));
    return text;
}

void read_into(Manifest& manifest, const json::object& object) {
    manifest.program = text_of(object.at("program"));
    manifest.made = parse_iso8601(text_of(object.at("made")));
    for (const json::value& value : object.at("files").as_array()) {
        const json::object& file = value.as_object();
        std::string path = text_of(file.at("path"));
        if (!is_path_in_backup(path)) throw std::invalid_argument(path);
        manifest.files.emplace(std::move(path),
                               Content{file.at("size_bytes").to_number<std::uint64_t>(), text_of(file.at("sha256"))});
    }
    for (const json::value& value : object.at("lost").as_array()) {
        const json::object& gcode = value.as_object();
        manifest.lost.push_back({gcode.at("id").to_number<std::int64_t>(), text_of(gcode.at("name")),
                                 text_of(gcode.at("path")), text_of(gcode.at("problem"))});
    }
}

}  // namespace

std::string to_text(const Manifest& manifest) {
    const std::string files = lines(manifest.files, [](const auto& entry) -> json::object {
        const auto& [path, content] = entry;
        return {{"path", path}, {"size_bytes", content.size_bytes}, {"sha256", content.sha256}};
    });
    const std::string lost = lines(manifest.lost, [](const LostGcode& gcode) -> json::object {
        return {{"id", gcode.id}, {"name", gcode.name}, {"path", gcode.path}, {"problem", gcode.problem}};
    });
    return fmt::format(
        "{{\n  \"format\": {},\n  \"program\": \"{}\",\n  \"made\": \"{}\",\n  \"files\": [{}\n  ],\n  \"lost\": "
        "[{}\n  ]\n}}\n",
        kFormat, manifest.program, to_iso8601(manifest.made), files, lost);
}

Manifest parse_manifest(std::string_view text) {
    Manifest manifest;
    try {
        const json::value value = json::parse(text);
        const json::object& object = value.as_object();
        if (const auto format = object.at("format").to_number<std::int64_t>(); format != kFormat)
            throw Error(ErrorCode::kConflict,
                        PublicMessage{fmt::format("the backup has format {}, this program knows only {}; it is one of "
                                                  "another version of Karmen",
                                                  format, kFormat)});
        read_into(manifest, object);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& failure) {
        throw Error(ErrorCode::kInvalidInput, PublicMessage{fmt::format("{} is damaged", kManifestName)},
                    LogDetail{failure.what()});
    }
    return manifest;
}

Manifest read_manifest(const std::filesystem::path& directory) {
    std::ifstream file(directory / kManifestName, std::ios::binary);
    if (!file)
        throw Error(ErrorCode::kInvalidInput,
                    PublicMessage{fmt::format("{} is no backup: it has no {}", directory.string(), kManifestName)});
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    try {
        return parse_manifest(text);
    } catch (const Error& error) {
        throw Error(error.code(), PublicMessage{directory.string() + ": " + error.message()},
                    LogDetail{error.detail()});
    }
}

}  // namespace karmen::maintenance::backup
