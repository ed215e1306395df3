#include "maintenance/backup/create.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "crypto/secret.hpp"
#include "files/gcode_store.hpp"
#include "maintenance/backup/files.hpp"
#include "maintenance/backup/verify.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"
#include "storage/migrator.hpp"
#include "storage/snapshot.hpp"
#include "storage/tables/gcode_repository.hpp"

#include <fmt/format.h>

#include <vector>

namespace karmen::maintenance::backup {

namespace {

namespace fs = std::filesystem;

/// Copies the files of g-codes into a draft, and records them.
class GcodeCopier {
  public:
    GcodeCopier(const config::Config& config, storage::Database& live, const fs::path& draft, Manifest& manifest)
        : store_(gcode_folders(config), {}), live_(live), draft_(draft), manifest_(manifest) {}

    void copy(const Gcode& gcode) {
        // Rows of Karmen 0.0.13 have paths that begin with `/`, which mean nothing where the backup is restored.
        const std::string in_store = store_.relative(gcode.absolute_path).value_or("");
        const std::string path = fmt::format("{}/{}", kGcodeFolder, in_store);
        const std::string problem = copy_to(path, in_store, gcode.sha256);
        const bool has_file = manifest_.files.contains(path);
        if (has_file && in_store != gcode.absolute_path) changes_.moved_gcodes.push_back({gcode.id, in_store});
        if (problem.empty()) return;
        // The row is deleted before the file.
        if (live_.find(gcode.id)) {
            manifest_.lost.push_back({gcode.id, gcode.display, path, problem});
            return;
        }
        changes_.deleted_gcodes.push_back(gcode.id);
        if (manifest_.files.erase(path) > 0) fs::remove(draft_ / path);
    }

    const storage::SnapshotChanges& changes() const { return changes_; }

  private:
    /// What is wrong; empty on success.
    std::string copy_to(const std::string& path, const std::string& in_store, const std::string& sha256) {
        auto found = manifest_.files.find(path);
        if (found == manifest_.files.end()) {
            const auto open_file = store_.open(in_store);
            if (!open_file) return "there is no file";
            found = manifest_.files.emplace(path, copy_durably(open_file->file, draft_ / path)).first;
        }
        const bool is_as_uploaded = sha256.empty() || sha256 == found->second.sha256;
        return is_as_uploaded ? "" : "the file is not what was uploaded";
    }

    files::GcodeStore store_;
    storage::GcodeRepository live_;
    const fs::path& draft_;
    Manifest& manifest_;
    storage::SnapshotChanges changes_;
};

std::size_t copy_gcodes(const config::Config& config, storage::Database& live, const fs::path& draft,
                        Manifest& manifest) {
    GcodeCopier copier(config, live, draft, manifest);
    {
        storage::Database snapshot(storage::snapshot_backend(draft / kDatabaseName), {.sessions_max = 1});
        storage::GcodeRepository listed(snapshot);
        std::vector<std::int64_t> ids;
        listed.each_path([&](std::int64_t id, const std::string&) { ids.push_back(id); });
        for (const std::int64_t id : ids) copier.copy(listed.find(id).value());
    }
    const storage::SnapshotChanges& changes = copier.changes();
    if (!changes.deleted_gcodes.empty() || !changes.moved_gcodes.empty())
        storage::change_snapshot(draft / kDatabaseName, changes);
    return changes.deleted_gcodes.size();
}

void copy_secret(const config::Config& config, const fs::path& draft, Manifest& manifest) {
    const fs::path secret = fs::path(config.data_dir) / crypto::kSecretFileName;
    if (const FileDescriptor file = open_file(secret))
        manifest.files.emplace(crypto::kSecretFileName, copy_durably(file, draft / crypto::kSecretFileName));
}

Content content_of_file(const fs::path& path) {
    const FileDescriptor file = open_file(path);
    if (!file) throw file_error(path);
    return content_of(file, path);
}

/// Only a draft that can be read back unchanged gets its final name.
void require_sound(const fs::path& draft) {
    const Verification verification = verify(draft);
    if (!verification.problems.empty())
        throw Error(ErrorCode::kStorageUnavailable,
                    PublicMessage{fmt::format("the backup is not sound ({}), and was removed; `karmen doctor` tells "
                                              "whether the database itself is damaged",
                                              verification.problems.front())});
}

}  // namespace

Created create(const config::Config& config, const fs::path& target) {
    if (!fs::exists(database_file(config)))
        throw Error(ErrorCode::kStorageUnavailable,
                    PublicMessage{fmt::format("there is no {}; is {} the right data directory?",
                                              database_file(config).string(), config.data_dir)});
    Created created{.directory = target, .manifest = {.program = kVersion, .made = SystemClock().now()}};
    storage::Database live(open_backend(config, DatabaseUse::kLongWork), {.sessions_max = 1});
    storage::Migrator(live).pending();  // refuses a database that this program does not know
    DraftDirectory draft(target);
    fs::create_directory(draft.path() / kGcodeFolder);
    storage::write_snapshot(live, draft.path() / kDatabaseName);
    created.deleted_meanwhile = copy_gcodes(config, live, draft.path(), created.manifest);
    copy_secret(config, draft.path(), created.manifest);
    created.manifest.files.emplace(kDatabaseName, content_of_file(draft.path() / kDatabaseName));
    write_durably(to_text(created.manifest), draft.path() / kManifestName);
    require_sound(draft.path());
    draft.publish();
    return created;
}

}  // namespace karmen::maintenance::backup
