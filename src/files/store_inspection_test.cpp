#include "files/store_inspection.hpp"

#include "files/upload_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdlib.h>

namespace karmen::files {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreInspectionTest : public testing::Test {
  protected:
    StoreInspectionTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "karmen-store-XXXXXX").string();
        root_ = mkdtemp(pattern.data());
    }
    ~StoreInspectionTest() override { std::filesystem::remove_all(root_); }

    void write(const std::string& relative_path) {
        std::filesystem::create_directories((root_ / relative_path).parent_path());
        std::ofstream(root_ / relative_path) << "G28\n";
    }

    std::filesystem::path root_;
};

TEST_F(StoreInspectionTest, TellsWhatIsMissingAndWhatNobodyListed) {
    write("a.gcode");
    write("deep/er/b.gcode");
    write("deep/c.gcode");
    write(new_upload_name());
    StoreInspection inspection({root_});
    inspection.note_listed("deep/er/b.gcode");
    inspection.note_listed("gone.gcode");
    EXPECT_THAT(inspection.missing(), ElementsAre("gone.gcode"));
    EXPECT_THAT(inspection.unlisted(), ElementsAre("a.gcode", "deep/c.gcode"));
}

TEST_F(StoreInspectionTest, LooksAgainAtWhatChangedMeanwhile) {
    write("removed.gcode");
    StoreInspection inspection({root_});
    write("uploaded.gcode");
    std::filesystem::remove(root_ / "removed.gcode");
    inspection.note_listed("uploaded.gcode");
    EXPECT_THAT(inspection.missing(), IsEmpty());
    EXPECT_THAT(inspection.unlisted(), IsEmpty());
}

TEST_F(StoreInspectionTest, MakesNoStoreWhereThereIsNone) {
    StoreInspection inspection({root_ / "none"});
    inspection.note_listed("a.gcode");
    EXPECT_THAT(inspection.missing(), ElementsAre("a.gcode"));
    EXPECT_FALSE(std::filesystem::exists(root_ / "none"));
}

TEST_F(StoreInspectionTest, ALinkIsNoFileOfTheStore) {
    write("a.gcode");
    std::filesystem::create_symlink(root_ / "a.gcode", root_ / "link.gcode");
    StoreInspection inspection({root_});
    inspection.note_listed("a.gcode");
    inspection.note_listed("link.gcode");
    EXPECT_THAT(inspection.missing(), ElementsAre("link.gcode"));
    EXPECT_THAT(inspection.unlisted(), IsEmpty());
}

}  // namespace
}  // namespace karmen::files
