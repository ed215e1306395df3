#include "storage/snapshot.hpp"

#include "storage/inspect.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/setting_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace karmen::storage {
namespace {

using testing::IsEmpty;

class SnapshotTest : public testing::Test {
  protected:
    SnapshotTest() { Migrator(database_).migrate(); }

    std::int64_t add_gcode(const std::string& path) {
        return GcodeRepository(database_).insert({.filename = path, .display = path, .absolute_path = path});
    }
    std::size_t files_in_folder() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_.path()), std::filesystem::directory_iterator()));
    }

    TemporaryFolder live_;
    TemporaryFolder folder_;
    std::filesystem::path snapshot_ = folder_.path() / "copy.db";
    Database database_{sqlite_backend({.file = live_.path() / "karmen.db"})};
};

TEST_F(SnapshotTest, HoldsWhatIsCommittedBesideAWriterThatGoesOn) {
    add_gcode("a.gcode");
    Session writer = database_.lease();
    {
        Transaction transaction(writer);
        writer.execute("INSERT INTO settings (key, val) VALUES ('half', 'done')");
        write_snapshot(database_, snapshot_);
        transaction.commit();
    }
    Database copy(snapshot_backend(snapshot_));
    EXPECT_TRUE(GcodeRepository(copy).has_path("a.gcode"));
    EXPECT_EQ(copy.lease().one(select({"val"}, "FROM settings"), {}, [](Row& row) { return row.text(); }),
              std::nullopt);
    EXPECT_THAT(Inspector(copy).integrity_problems(5), IsEmpty());
    EXPECT_THAT(Migrator(copy).pending(), IsEmpty());
}

TEST_F(SnapshotTest, IsOneFileForItsOwnerOnly) {
    write_snapshot(database_, snapshot_);
    {
        Database copy(snapshot_backend(snapshot_));
        EXPECT_THAT(Migrator(copy).pending(), IsEmpty());
    }
    struct stat facts{};
    ASSERT_EQ(::stat(snapshot_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0600U);
    EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(SnapshotTest, OverwritesNothing) {
    write_snapshot(database_, snapshot_);
    EXPECT_THROW(write_snapshot(database_, snapshot_), Error);
    Database copy(snapshot_backend(snapshot_));
    EXPECT_THAT(Migrator(copy).pending(), IsEmpty());
}

TEST_F(SnapshotTest, IsChangedAndStillOneFile) {
    const auto kept = add_gcode("kept.gcode");
    const auto deleted = add_gcode("deleted.gcode");
    write_snapshot(database_, snapshot_);
    change_snapshot(snapshot_, {.deleted_gcodes = {deleted}, .moved_gcodes = {{kept, "moved.gcode"}}});
    EXPECT_EQ(files_in_folder(), 1U);
    Database copy(snapshot_backend(snapshot_));
    EXPECT_EQ(GcodeRepository(copy).find(kept)->absolute_path, "moved.gcode");
    EXPECT_FALSE(GcodeRepository(copy).find(deleted).has_value());
    EXPECT_EQ(files_in_folder(), 1U) << "not in WAL mode";
    EXPECT_TRUE(GcodeRepository(database_).find(deleted).has_value());
}

TEST_F(SnapshotTest, NoIdIsGivenTwiceAfterwards) {
    GcodeRepository(database_).remove(add_gcode("a.gcode"));
    write_snapshot(database_, snapshot_);
    Database copy(sqlite_backend({.file = snapshot_}));
    EXPECT_EQ(GcodeRepository(copy).insert({.filename = "b", .display = "b", .absolute_path = "b"}), 2);
}

}  // namespace
}  // namespace karmen::storage
