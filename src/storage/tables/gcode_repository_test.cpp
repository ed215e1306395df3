#include "storage/tables/gcode_repository.hpp"

#include "storage/tables/print_job_repository.hpp"
#include "storage/tables/user_repository.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

class GcodeRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    static Gcode sample(const std::string& name) {
        Gcode gcode;
        gcode.path = "parts";
        gcode.filename = name;
        gcode.display = "shown " + name;
        gcode.absolute_path = "parts/" + name;
        gcode.uploaded = Timestamp{1764000000123456us};
        gcode.size_bytes = 5'000'000'000;
        gcode.sha256 = std::string(64, 'a');
        return gcode;
    }
    Uuid add_user(const std::string& name) {
        const User user{.uuid = Uuid::random(), .username = name};
        UserRepository(*database_).create(user, LocalUser{user.uuid, std::string(60, 'h'), false, 0});
        return user.uuid;
    }
    std::int64_t add_job(std::int64_t gcode_id) {
        PrintJob job;
        job.gcode_id = gcode_id;
        job.printer_host = "10.0.0.1";
        job.gcode = {gcode_id, "a.gcode", 10, true};
        return jobs_.insert(job);
    }

    TestDatabase database_{GetParam()};
    GcodeRepository gcodes_{*database_};
    PrintJobRepository jobs_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, GcodeRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(GcodeRepositoryTest, FindsWhatItInserted) {
    Gcode gcode = sample("a.gcode");
    gcode.user = add_user("karmen");
    gcode.analysis.emplace().slicer = "Cura";
    const std::int64_t id = gcodes_.insert(gcode);
    const auto found = gcodes_.find(id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->path, gcode.path);
    EXPECT_EQ(found->filename, gcode.filename);
    EXPECT_EQ(found->display, gcode.display);
    EXPECT_EQ(found->absolute_path, gcode.absolute_path);
    EXPECT_EQ(found->uploaded, gcode.uploaded);
    EXPECT_EQ(found->size_bytes, gcode.size_bytes);
    EXPECT_EQ(found->sha256, gcode.sha256);
    EXPECT_EQ(found->analysis, gcode.analysis);
    EXPECT_EQ(found->analysis_error, std::nullopt);
    EXPECT_EQ(found->user, gcode.user);
    EXPECT_EQ(found->username, "karmen");

    Gcode bare = sample("b.gcode");
    bare.sha256 = "";
    const auto without_owner = gcodes_.find(gcodes_.insert(bare));
    EXPECT_EQ(without_owner->sha256, "");
    EXPECT_EQ(without_owner->user, std::nullopt);
    EXPECT_EQ(without_owner->username, std::nullopt);
    EXPECT_EQ(without_owner->analysis, std::nullopt);
    EXPECT_FALSE(gcodes_.find(id + 100));
}

TEST_P(GcodeRepositoryTest, HoldsEachPathOnce) {
    gcodes_.insert(sample("a.gcode"));
    EXPECT_TRUE(gcodes_.has_path("parts/a.gcode"));
    EXPECT_FALSE(gcodes_.has_path("parts/A.gcode"));
    try {
        gcodes_.insert(sample("a.gcode"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kConflict);
    }
}

TEST_P(GcodeRepositoryTest, TakesTheAnalysisLater) {
    const std::int64_t id = gcodes_.insert(sample("a.gcode"));
    EXPECT_TRUE(gcodes_.set_analysis_error(id, "not UTF-8"));
    EXPECT_EQ(gcodes_.find(id)->analysis_error, "not UTF-8");
    GcodeAnalysis analysis;
    analysis.time.estimate_s = 193;
    analysis.tools = {
        {.index = 2, .length_mm = 5.5, .volume_cm3 = {}, .type = "PETG", .temperature = 240, .temperature_first = {}}};
    analysis.nozzle_diameter_mm = 0.4;
    analysis.printer_model = "MK4";
    analysis.layer_height_mm = 0.2;
    analysis.layer_height_first_mm = 0.25;
    analysis.layer_count = 12;
    analysis.thumbnails = {{.width = 16, .height = 12, .offset = 5'000'000'000, .length = 400}};
    EXPECT_TRUE(gcodes_.set_analysis(id, analysis));
    EXPECT_EQ(gcodes_.find(id)->analysis, analysis);
    EXPECT_EQ(gcodes_.find(id)->analysis_error, std::nullopt);
    EXPECT_FALSE(gcodes_.set_analysis(id + 1, analysis));
    EXPECT_FALSE(gcodes_.set_analysis_error(id + 1, "x"));
}

TEST_P(GcodeRepositoryTest, KeepsWherePicturesStandWithTheAnalysis) {
    Gcode gcode = sample("a.gcode");
    gcode.analysis.emplace().thumbnails = {{.width = 16, .height = 16, .offset = 10, .length = 400},
                                           {.width = 220, .height = 124, .offset = 500, .length = 9000}};
    const std::int64_t id = gcodes_.insert(gcode);
    EXPECT_EQ(gcodes_.find(id)->analysis->thumbnails, gcode.analysis->thumbnails);
    EXPECT_TRUE(gcodes_.set_analysis(id, {}));
    EXPECT_TRUE(gcodes_.find(id)->analysis->thumbnails.empty()) << "the file has none any more";
    EXPECT_TRUE(gcodes_.set_analysis(id, *gcode.analysis));
    ListQuery with_picture;
    with_picture.filter = {.column = "has_thumbnail", .pattern = "true"};
    EXPECT_EQ(gcodes_.list(with_picture).rows.size(), 1U);
    EXPECT_TRUE(gcodes_.set_analysis_error(id, "the file is gone"));
    EXPECT_TRUE(gcodes_.list(with_picture).rows.empty());
}

TEST_P(GcodeRepositoryTest, FindsAnalysesOfAnOlderVersion) {
    Gcode old = sample("a.gcode");
    old.sha256 = std::string(64, 'a');
    old.analysis.emplace().slicer = "Cura";
    old.analysis_version = kAnalysisVersion - 1;
    const std::int64_t id = gcodes_.insert(old);
    ASSERT_TRUE(gcodes_.first_unexamined(0));
    EXPECT_EQ(gcodes_.first_unexamined(0)->analysis_version, kAnalysisVersion - 1);
    EXPECT_FALSE(gcodes_.first_unexamined(id));
    gcodes_.set_analysis(id, *old.analysis);
    EXPECT_FALSE(gcodes_.first_unexamined(0));
    EXPECT_EQ(gcodes_.find(id)->analysis_version, kAnalysisVersion);
}

TEST_P(GcodeRepositoryTest, FindsErrorsOfAnOlderVersionToo) {
    Gcode damaged = sample("a.bgcode");
    damaged.sha256 = std::string(64, 'a');
    damaged.analysis_error = "version 2 of the format is not known";
    const std::int64_t current = gcodes_.insert(damaged);
    EXPECT_FALSE(gcodes_.first_unexamined(0));
    damaged.absolute_path = "b.bgcode";
    damaged.analysis_version = kAnalysisVersion - 1;
    const std::int64_t old = gcodes_.insert(damaged);
    ASSERT_TRUE(gcodes_.first_unexamined(0));
    EXPECT_EQ(gcodes_.first_unexamined(0)->id, old);
    EXPECT_TRUE(gcodes_.set_analysis_error(old, *damaged.analysis_error));
    EXPECT_FALSE(gcodes_.first_unexamined(0));
    EXPECT_TRUE(gcodes_.set_analysis_error(current, kFileIsGone));
    EXPECT_TRUE(gcodes_.first_unexamined(0)) << "files come back";
}

TEST_P(GcodeRepositoryTest, LeavesPrintJobsWithoutTheFileWhenRemoved) {
    const std::int64_t id = gcodes_.insert(sample("a.gcode"));
    const std::int64_t other = gcodes_.insert(sample("b.gcode"));
    const std::int64_t job = add_job(id);
    const std::int64_t other_job = add_job(other);
    EXPECT_TRUE(jobs_.find(job)->gcode.available);

    EXPECT_EQ(gcodes_.remove(id)->absolute_path, "parts/a.gcode");
    EXPECT_FALSE(gcodes_.remove(id));
    EXPECT_FALSE(gcodes_.find(id));
    EXPECT_FALSE(jobs_.find(job)->gcode.available);
    EXPECT_EQ(jobs_.find(job)->gcode.filename, "a.gcode");
    EXPECT_TRUE(jobs_.find(other_job)->gcode.available);
    EXPECT_FALSE(jobs_.find(add_job(id))->gcode.available) << "a print that was started while the file was removed";
}

TEST_P(GcodeRepositoryTest, NeverGivesAnIdTwice) {
    const std::int64_t first = gcodes_.insert(sample("a.gcode"));
    gcodes_.remove(first);
    EXPECT_GT(gcodes_.insert(sample("a.gcode")), first);
}

TEST_P(GcodeRepositoryTest, WalksOverAllPaths) {
    std::vector<std::pair<std::int64_t, std::string>> expected;
    for (int i = 0; i < 5; ++i) {
        const Gcode gcode = sample(std::to_string(i));
        expected.emplace_back(gcodes_.insert(gcode), gcode.absolute_path);
    }
    std::vector<std::pair<std::int64_t, std::string>> seen;
    gcodes_.each_path([&](std::int64_t id, const std::string& path) { seen.emplace_back(id, path); });
    EXPECT_EQ(seen, expected);
}

TEST_P(GcodeRepositoryTest, ListsOddOldRows) {
    const std::int64_t id = gcodes_.insert(sample("a.gcode"));
    (*database_)
        .lease()
        .execute("UPDATE gcodes SET analysis = :odd, sha256 = NULL", {{"odd", R"({"filament":[],"time":5})"}});
    const auto page = gcodes_.list({});
    ASSERT_EQ(page.rows.size(), 1U);
    EXPECT_EQ(page.rows[0].id, id);
    EXPECT_EQ(page.rows[0].analysis, GcodeAnalysis{});
    EXPECT_EQ(page.rows[0].sha256, "");
}

}  // namespace
}  // namespace karmen::storage
