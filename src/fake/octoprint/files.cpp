#include "fake/octoprint/files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace karmen::fake {

namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::array<std::string_view, 3> kExtensions{"gcode", "gco", "g"};

const Refusal kInvalidName{400, "Can not upload file, invalid file name"};
const Refusal kInvalidType{415, "Could not upload file, invalid type"};

/// The name that is kept: some characters and all leading dots are dropped.
std::string cleaned(std::string_view part, const OctoPrintVersion& version) {
    std::string name;
    for (const char c : part) {
        const bool is_dropped = c == '"' || c == '?' || (c == ';' && version.drops_semicolon_of_names());
        if (!is_dropped) name += c;
    }
    name.erase(0, std::min(name.find_first_not_of('.'), name.size()));
    return name;
}

bool has_printable_extension(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    const std::string extension = to_lower(name.substr(dot + 1));
    return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

/// The cleaned parts of a path; nullopt if it tries to leave the storage.
std::optional<std::vector<std::string>> cleaned_parts(std::string_view path, const OctoPrintVersion& version) {
    if (path.contains('\\')) return std::nullopt;
    std::vector<std::string> parts;
    for (const auto part : split(path, '/')) {
        if (part == "..") return std::nullopt;
        auto name = cleaned(part, version);
        if (!name.empty()) parts.push_back(std::move(name));
    }
    return parts;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string path;
    for (const auto& part : parts) {
        if (!path.empty()) path += '/';
        path += part;
    }
    return path;
}

}  // namespace

std::variant<UploadName, Refusal> folder_name(std::string_view folder, const OctoPrintVersion& version) {
    const auto parts = cleaned_parts(folder, version);
    if (!parts) return kInvalidName;
    return UploadName{joined(*parts)};
}

std::variant<UploadName, Refusal> upload_name(std::string_view filename, std::string_view folder,
                                              const OctoPrintVersion& version) {
    auto parts = cleaned_parts(folder, version);
    const auto name_parts = cleaned_parts(filename, version);
    if (!parts || !name_parts) return kInvalidName;
    const bool has_name = !name_parts->empty() && !filename.ends_with('/');
    if (!has_name || name_parts->back().size() > kNameBytesMax || !has_printable_extension(name_parts->back())) {
        return kInvalidType;
    }
    parts->insert(parts->end(), name_parts->begin(), name_parts->end());
    return UploadName{joined(*parts)};
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string_view folder_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

const StoredFile* FileTable::find(std::string_view path) const {
    const auto file = files_.find(path);
    return file == files_.end() ? nullptr : &file->second;
}

StoredFile* FileTable::find(std::string_view path) {
    return const_cast<StoredFile*>(std::as_const(*this).find(path));
}

void FileTable::put(StoredFile file) {
    add_folder(folder_of(file.path));
    std::string path = file.path;
    files_.insert_or_assign(std::move(path), std::move(file));
    touch();
}

void FileTable::add_folder(std::string_view path) {
    for (; !path.empty(); path = folder_of(path)) folders_.emplace(path);
    touch();
}

bool FileTable::remove(std::string_view path) {
    const auto file = files_.find(path);
    if (file == files_.end()) return false;
    files_.erase(file);
    touch();
    return true;
}

}  // namespace karmen::fake
