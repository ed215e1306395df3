#include "base/percent.hpp"
#include "fake/octoprint/json.hpp"

#include <boost/json.hpp>

namespace karmen::fake {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kDiskFreeBytes = 24'000'000'000;
constexpr std::uint64_t kDiskTotalBytes = 31'000'000'000;

json::object file_refs(std::string_view base_url, std::string_view path) {
    return {{"download", std::string(base_url) + "/downloads/files/local/" + percent_encoded(path, "/")},
            {"resource", resource_url(base_url, path)}};
}

json::object prints_json(const StoredFile& file) {
    const auto date = std::chrono::duration<double>(file.last_print->date.time_since_epoch()).count();
    return {
        {"failure", file.failures},
        {"last", {{"date", date}, {"printTime", file.last_print->duration_s}, {"success", file.last_print->succeeded}}},
        {"success", file.successes}};
}

}  // namespace

std::string resource_url(std::string_view base_url, std::string_view path) {
    return std::string(base_url) + "/api/files/local/" + percent_encoded(path, "/");
}

json::object file_json(const StoredFile& file, std::string_view base_url, const OctoPrintVersion& version) {
    const std::string_view name = name_of(file.path);
    json::object body{{"date", std::chrono::duration_cast<std::chrono::seconds>(file.date.time_since_epoch()).count()},
                      {"display", name},
                      {"hash", file.sha1},
                      {"name", name},
                      {"origin", "local"},
                      {"path", file.path},
                      {"refs", file_refs(base_url, file.path)},
                      {"size", file.size_bytes},
                      {"type", "machinecode"},
                      {"typePath", json::array{"machinecode", "gcode"}}};
    if (version >= OctoPrintVersion{1, 11, 0}) body["user"] = file.user;
    if (file.analysis) {
        body["gcodeAnalysis"] = {{"estimatedPrintTime", file.analysis->estimate_s},
                                 {"filament", {{"tool0", {{"length", file.analysis->filament_mm}, {"volume", 0.0}}}}}};
    }
    if (file.last_print) body["prints"] = prints_json(file);
    return body;
}

namespace {

json::array entries_of(const FileTable& files, std::string_view folder, Recursion recursion, std::string_view base_url,
                       const OctoPrintVersion& version) {
    json::array entries;
    for (const auto& path : files.folders()) {
        if (folder_of(path) != folder) continue;
        json::object entry{{"display", name_of(path)},
                           {"name", name_of(path)},
                           {"origin", "local"},
                           {"path", path},
                           {"refs", {{"resource", resource_url(base_url, path)}}},
                           {"type", "folder"},
                           {"typePath", json::array{"folder"}}};
        if (recursion == Recursion::kWholeTree) {
            entry["children"] = entries_of(files, path, recursion, base_url, version);
        }
        entries.push_back(std::move(entry));
    }
    for (const auto& [path, file] : files.files()) {
        if (folder_of(path) == folder) entries.push_back(file_json(file, base_url, version));
    }
    return entries;
}

}  // namespace

json::object files_json(const FileTable& files, std::string_view folder, Recursion recursion, std::string_view base_url,
                        const OctoPrintVersion& version) {
    return {{"files", entries_of(files, folder, recursion, base_url, version)},
            {"free", kDiskFreeBytes},
            {"total", kDiskTotalBytes}};
}

json::object upload_json(std::string_view path, std::string_view base_url, PrintEffect effect) {
    return {{"done", true},
            {"effectivePrint", effect == PrintEffect::kPrinting},
            {"effectiveSelect", effect == PrintEffect::kSelected},
            {"files",
             {{"local",
               {{"name", name_of(path)}, {"origin", "local"}, {"path", path}, {"refs", file_refs(base_url, path)}}}}}};
}

json::object folder_created_json(std::string_view path, std::string_view base_url) {
    return {{"done", true},
            {"folder",
             {{"name", name_of(path)},
              {"origin", "local"},
              {"path", path},
              {"refs", {{"resource", resource_url(base_url, path)}}}}}};
}

}  // namespace karmen::fake
