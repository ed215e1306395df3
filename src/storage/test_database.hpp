#pragma once

#include "base/error.hpp"
#include "base/random.hpp"
#include "storage/database.hpp"
#include "storage/migrator.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace karmen::storage {

/// For tests only. The contract suites run over each kind: `INSTANTIATE_TEST_SUITE_P(, T, kDatabaseKinds,
/// database_kind_name)`.
enum class DatabaseKind { kSqlite, kPostgres };

inline const auto kDatabaseKinds = testing::Values(DatabaseKind::kSqlite, DatabaseKind::kPostgres);

inline std::string database_kind_name(const testing::TestParamInfo<DatabaseKind>& kind) {
    return kind.param == DatabaseKind::kSqlite ? "Sqlite" : "Postgres";
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

/// The server of scripts/with-postgres; its user may do everything.
inline std::string test_postgres_url() {
    const char* url = std::getenv("KARMEN_TEST_POSTGRES");
    if (url == nullptr)
        throw std::runtime_error("there is no PostgreSQL server; run this as: scripts/with-postgres COMMAND");
    return url;
}

/// A schema of its own in that server's database for the length of a test: quicker than a database.
class TestSchema {
  public:
    TestSchema() : name_("test_" + random_hex(8)) { run("CREATE SCHEMA " + name_); }
    ~TestSchema() { run("DROP SCHEMA " + name_ + " CASCADE"); }
    TestSchema(const TestSchema&) = delete;
    TestSchema& operator=(const TestSchema&) = delete;

    const std::string& name() const { return name_; }
    /// Connections that see nothing but this schema.
    std::string url() const { return test_postgres_url() + "?options=-csearch_path%3D" + name_; }

  private:
    static void run(const std::string& script) {
        Database(postgres_backend({.url = test_postgres_url()})).lease().run_script(script);
    }

    std::string name_;
};

/// An empty database of one kind for the length of a test, not migrated.
class EmptyTestDatabase {
  public:
    explicit EmptyTestDatabase(DatabaseKind kind = DatabaseKind::kSqlite) {
        if (kind == DatabaseKind::kPostgres)
            schema_.emplace();
        else
            folder_.emplace();
        database_ = connect();
    }

    Database& operator*() { return *database_; }
    /// A second pool on the same database, as another process would have it.
    std::unique_ptr<Database> connect() const {
        return std::make_unique<Database>(schema_ ? postgres_backend({.url = schema_->url()})
                                                  : sqlite_backend({.file = folder_->path() / "karmen.db"}));
    }

  private:
    std::optional<TestSchema> schema_;
    std::optional<TemporaryFolder> folder_;
    std::unique_ptr<Database> database_;
};

/// The same with all tables.
class TestDatabase : public EmptyTestDatabase {
  public:
    explicit TestDatabase(DatabaseKind kind = DatabaseKind::kSqlite) : EmptyTestDatabase(kind) {
        Migrator(**this).migrate();
    }
};

/// The code of the Error that `action` throws. The test fails if it throws none.
template <class Action>
ErrorCode thrown_code(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::kNotImplemented;  // which the database never throws
}

}  // namespace karmen::storage
