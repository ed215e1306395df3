#include "storage/snapshot.hpp"

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "storage/tables/gcode_repository.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace karmen::storage {

namespace {

Error unusable(const std::filesystem::path& file) {
    return {ErrorCode::kStorageUnavailable, PublicMessage{file.string() + ": " + std::strerror(errno)}};
}

}  // namespace

void write_snapshot(Database& database, const std::filesystem::path& target) {
    const FileDescriptor file(::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) throw unusable(target);
    // In one read transaction, which in WAL mode hinders nobody. SQLite takes an empty file for none, and leaves it to
    // us to make it lasting.
    database.lease().execute("VACUUM INTO :target", {{"target", target.string()}});
    if (::fsync(file.get()) != 0) throw unusable(target);
}

std::unique_ptr<Backend> snapshot_backend(const std::filesystem::path& snapshot) {
    return sqlite_backend(
        {.file = snapshot, .if_missing = SqliteOptions::IfMissing::kFail, .use = SqliteOptions::Use::kInspect});
}

void change_snapshot(const std::filesystem::path& snapshot, const SnapshotChanges& changes) {
    Database database(sqlite_backend({.file = snapshot, .if_missing = SqliteOptions::IfMissing::kFail}),
                      {.sessions_max = 1});
    GcodeRepository gcodes(database);
    for (const std::int64_t id : changes.deleted_gcodes) gcodes.remove(id);
    for (const auto& [id, path] : changes.moved_gcodes)
        database.lease().execute("UPDATE gcodes SET absolute_path = :path WHERE id = :id",
                                 {{"path", path}, {"id", id}});
    database.lease().run_script("PRAGMA journal_mode=DELETE");
}

}  // namespace karmen::storage
