#pragma once

#include "storage/database.hpp"
#include "storage/migrator.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdlib.h>
#include <string>
#include <unistd.h>

namespace karmen::storage {

/// For tests only. The contract suites run over each kind: `INSTANTIATE_TEST_SUITE_P(, T, kDatabaseKinds,
/// database_kind_name)`.
enum class DatabaseKind { kSqlite };

inline const auto kDatabaseKinds = testing::Values(DatabaseKind::kSqlite);

inline std::string database_kind_name(const testing::TestParamInfo<DatabaseKind>&) {
    return "Sqlite";
}

/// A folder for the length of a test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        // In memory where there is such a place: every commit of a test waits for its disk.
        const std::filesystem::path memory = "/dev/shm";
        const bool has_memory = ::access(memory.c_str(), W_OK) == 0;
        std::string pattern =
            ((has_memory ? memory : std::filesystem::temp_directory_path()) / "karmen-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// An empty database of one kind for the length of a test, not migrated.
class EmptyTestDatabase {
  public:
    explicit EmptyTestDatabase(DatabaseKind = DatabaseKind::kSqlite) : database_(connect()) {}

    Database& operator*() { return *database_; }
    /// A second pool on the same database, as another process would have it.
    std::unique_ptr<Database> connect() const {
        return std::make_unique<Database>(sqlite_backend({.file = folder_.path() / "karmen.db"}));
    }

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Database> database_;
};

/// The same with all tables.
class TestDatabase : public EmptyTestDatabase {
  public:
    explicit TestDatabase(DatabaseKind kind = DatabaseKind::kSqlite) : EmptyTestDatabase(kind) {
        Migrator(**this).migrate();
    }
};

}  // namespace karmen::storage
