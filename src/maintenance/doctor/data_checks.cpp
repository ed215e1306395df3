#include "maintenance/doctor/data_checks.hpp"

#include "base/display.hpp"
#include "base/error.hpp"
#include "crypto/secret.hpp"
#include "maintenance/data_directory.hpp"
#include "maintenance/database_access.hpp"
#include "maintenance/doctor/secret_strength.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace karmen::maintenance::doctor {

namespace {

constexpr const char* kDirectory = "data directory";
constexpr const char* kDatabaseFiles = "database files";
constexpr const char* kSecret = "signing secret";
constexpr const char* kStore = "g-code store";
constexpr const char* kFreeSpace = "free space";

constexpr mode_t kForOthers = S_IRWXG | S_IRWXO;

std::optional<struct stat> facts_of(const std::filesystem::path& path) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
    return facts;
}

std::string user_name(uid_t uid) {
    const passwd* entry = ::getpwuid(uid);
    return entry != nullptr ? entry->pw_name : fmt::format("user {}", uid);
}

unsigned mode_of(const struct stat& facts) {
    return facts.st_mode & 07777U;
}

std::string normal(const std::filesystem::path& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

/// Why this user cannot use an existing directory.
std::optional<Finding> find_closed(const char* check, const std::string& path, const struct stat& facts) {
    if (!S_ISDIR(facts.st_mode)) return error(check, path + " is not a directory");
    if (::access(path.c_str(), R_OK | W_OK | X_OK) == 0) return std::nullopt;
    if (errno == EROFS) return error(check, path + " is on a disk that is mounted read-only; mount it to be written");
    const std::string owner = user_name(facts.st_uid);
    return error(check, fmt::format("{} belongs to {} and is closed to {}; run Karmen as {}", path, owner,
                                    user_name(::geteuid()), owner));
}

Finding cannot_be_examined(const char* check, const std::string& path) {
    return error(check, fmt::format("{} cannot be examined: {}", path, std::strerror(errno)));
}

std::optional<std::uint64_t> free_bytes_of(const std::filesystem::path& directory) {
    struct statvfs disk{};
    if (::statvfs(directory.c_str(), &disk) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

std::string human(std::uint64_t bytes) {
    return human_size(static_cast<std::int64_t>(bytes));
}

}  // namespace

Finding check_data_directory(const std::filesystem::path& directory) {
    const std::string path = normal(directory);
    const auto facts = facts_of(directory);
    if (!facts && errno != ENOENT) return cannot_be_examined(kDirectory, path);
    if (!facts)
        return error(kDirectory,
                     fmt::format("{} does not exist; `karmen serve` makes it, or --data-dir names another", path));
    if (const auto closed = find_closed(kDirectory, path, *facts)) return *closed;
    const std::string owner = user_name(facts->st_uid);
    if (facts->st_uid != ::geteuid())
        return warning(kDirectory, fmt::format("{} belongs to {}, but you are {}; run Karmen and its commands as {}",
                                               path, owner, user_name(::geteuid()), owner));
    if ((facts->st_mode & kForOthers) != 0)
        return warning(kDirectory, fmt::format("others may look into {} (mode {:04o}); run `chmod 700 {}`", path,
                                               mode_of(*facts), path));
    return ok(kDirectory, fmt::format("{} belongs to {}, mode {:04o}", path, owner, mode_of(*facts)));
}

Finding check_database_files(const std::filesystem::path& database) {
    const auto directory = facts_of(database.parent_path());
    for (const char* suffix : {"", "-wal", "-shm"}) {
        const std::string path = database.string() + suffix;
        const auto facts = facts_of(path);
        if (!facts) continue;
        if ((facts->st_mode & kForOthers) != 0)
            return error(kDatabaseFiles,
                         fmt::format("{0} may be opened by others (mode {1:04o}): it holds the printers' keys; run "
                                     "`chmod 600 {0}`",
                                     path, mode_of(*facts)));
        if (directory && facts->st_uid != directory->st_uid)
            return error(kDatabaseFiles, fmt::format("{0} belongs to {1}, its directory to {2}; run `chown {2} {0}`",
                                                     path, user_name(facts->st_uid), user_name(directory->st_uid)));
    }
    return ok(kDatabaseFiles, fmt::format("{}, for its owner only", database.filename().string()));
}

Finding check_signing_secret(const config::Config& config) {
    const bool is_configured = !config.auth.secret_key.empty();
    const std::filesystem::path file = std::filesystem::path(config.data_dir) / crypto::kSecretFileName;
    if (!is_configured && !facts_of(file)) {
        if (errno != ENOENT) return error(kSecret, fmt::format("{}: {}", file.string(), std::strerror(errno)));
        if (uses_postgres(config))
            return warning(kSecret,
                           "every process of Karmen on this database needs the same; set auth.secret_key to what "
                           "`openssl rand -hex 32` draws");
        if (!facts_of(database_file(config))) return ok(kSecret, "none yet; the first start draws one");
        return warning(kSecret, fmt::format("there is no {}: the next start draws a new one, and everybody must log in "
                                            "again, API tokens included",
                                            file.string()));
    }
    try {
        const std::string secret = crypto::signing_secret(
            is_configured ? std::optional(config.auth.secret_key) : std::nullopt, config.data_dir);
        if (is_guessable(secret))
            return warning(kSecret,
                           fmt::format("the one {} can be guessed; take one that `openssl rand -hex 32` draws, "
                                       "which logs everybody out",
                                       is_configured ? "in the configuration" : "in " + file.string()));
        return ok(kSecret, fmt::format("{} characters {}", secret.size(),
                                       is_configured ? "in the configuration" : "in the data directory"));
    } catch (const Error& failure) {
        return error(kSecret, failure.message());
    }
}

Finding check_gcode_store(const config::Config& config) {
    const std::filesystem::path directory = gcode_directory(config);
    const std::string path = normal(directory);
    const auto facts = facts_of(directory);
    if (!facts && errno != ENOENT) return cannot_be_examined(kStore, path);
    if (!facts && !config.files.dir.empty())
        return error(kStore, path + " (files.dir) does not exist; is its disk mounted? The next start makes it, empty");
    if (!facts) return warning(kStore, path + " does not exist; the next start makes it, empty");
    if (const auto closed = find_closed(kStore, path, *facts)) return *closed;
    const auto free_bytes = free_bytes_of(directory);
    if (!free_bytes) return warning(kStore, fmt::format("{}: its disk does not say what is free", path));
    const std::uint64_t free_bytes_min = config.files.min_free_bytes;
    const std::string amount = fmt::format("{} belongs to {}; {} are free, {} must stay so (files.min_free_bytes)",
                                           path, user_name(facts->st_uid), human(*free_bytes), human(free_bytes_min));
    if (*free_bytes < free_bytes_min)
        return error(kStore, amount + ": uploads are refused; make room on that disk, or delete G-codes");
    if (*free_bytes / 2 < free_bytes_min) return warning(kStore, amount + ": make room soon");
    return ok(kStore, amount);
}

Finding check_free_space(const config::Config& config) {
    const auto free_bytes = free_bytes_of(config.data_dir);
    if (!free_bytes) return warning(kFreeSpace, fmt::format("it cannot be told: {}", std::strerror(errno)));
    const std::string amount = human(*free_bytes) + " are free on the disk of the data directory";
    if (*free_bytes < config.files.min_free_bytes)
        return warning(kFreeSpace, amount + ", where the database grows: make room");
    return ok(kFreeSpace, amount);
}

}  // namespace karmen::maintenance::doctor
