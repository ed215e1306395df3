#include "services/thumbnails.hpp"

#include "base/error.hpp"
#include "events/test_bench.hpp"
#include "gcode/archive/testing.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace karmen::services {
namespace {

const std::string kPng = "\x89PNG\r\n\x1A\n";
const std::string kText = "; thumbnail begin 16x16 12\n; iVBORw0KGgo=\n; thumbnail end\n";
const Thumbnail kInText{.width = 16, .height = 16, .offset = 26, .length = 16};

class ThumbnailsTest : public events::ServiceTest {
  public:
    /// A row for a file of this content.
    std::int64_t add(const std::string& content, std::vector<Thumbnail> pictures) {
        const std::string name = std::to_string(++files_made) + ".gcode";
        std::ofstream(root / name, std::ios::binary) << content;
        Gcode row{.filename = name, .display = name, .absolute_path = name};
        row.analysis.emplace().thumbnails = std::move(pictures);
        return repository.insert(row);
    }
    Awaitable<std::string> read(std::int64_t id) {
        const auto found = co_await thumbnails.find(id, {});
        co_return (co_await thumbnails.read(found)).bytes;
    }

    int files_made = 0;
    storage::TemporaryFolder temporary;
    std::filesystem::path root = temporary.path() / "gcodes";
    storage::GcodeRepository repository{*database};
    files::GcodeStore store{{root}, {}};
    Gcodes gcodes{{repository, store, clock, lists, blocking, file_work, log, changes}};
    Thumbnails thumbnails{gcodes, file_work, {.bytes_max = 1000, .pixels_max = 100}};
};

TEST_F(ThumbnailsTest, AreReadFromTheirPlaceInTheFile) {
    EXPECT_EQ(run(read(add(kText, {kInText}))), kPng);
    Thumbnail raw{.width = 16, .height = 16, .encoding = Thumbnail::Encoding::kRaw, .offset = 5, .length = 8};
    EXPECT_EQ(run(read(add("GCDE:" + kPng + "more", {raw}))), kPng);
    const std::string packed = gcode::archive::raw_deflated(kPng);
    Thumbnail entry{.width = 16, .height = 16, .encoding = Thumbnail::Encoding::kZipEntry, .offset = 2};
    entry.length = packed.size();
    EXPECT_EQ(run(read(add("PK" + packed + "more", {entry}))), kPng);
    const std::string bomb = gcode::archive::raw_deflated(kPng + std::string(2000, 'a'));
    entry.length = bomb.size();
    ASSERT_LT(bomb.size(), 1000U) << "packed it would be small enough";
    EXPECT_EQ(error_of(read(add("PK" + bomb, {entry}))), ErrorCode::kThumbnailUnreadable);
}

TEST_F(ThumbnailsTest, AreNotThereIfTheFileHasNone) {
    EXPECT_EQ(error_of(thumbnails.find(1, {})), ErrorCode::kGcodeNotFound);
    EXPECT_EQ(error_of(thumbnails.find(add(kText, {}), {})), ErrorCode::kThumbnailNotFound);
    EXPECT_EQ(error_of(thumbnails.find(repository.insert({.absolute_path = "gone.gcode"}), {})),
              ErrorCode::kGcodeNotFound);
    const auto id = add(kText, {kInText});
    EXPECT_EQ(error_of(thumbnails.find(id, {WantedThumbnail::Rule::kExactly, 17, 16})), ErrorCode::kThumbnailNotFound);
    std::filesystem::remove(root / "2.gcode");
    EXPECT_EQ(error_of(thumbnails.find(id, {})), ErrorCode::kGcodeNotFound);
}

/// The file may have been changed, or come back from an old backup.
TEST_F(ThumbnailsTest, ArePlacesThatMayBeWrong) {
    for (const auto& [offset, length] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {26, 0}, {27, 10}, {0, 40}, {26, 1000}, {1000, 10}, {~0ULL / 2, 10}, {26, 1001}, {0, ~0ULL / 2}}) {
        Thumbnail wrong = kInText;
        wrong.offset = offset;
        wrong.length = length;
        EXPECT_EQ(error_of(read(add(kText, {wrong}))), ErrorCode::kThumbnailUnreadable) << offset << '+' << length;
    }
}

}  // namespace
}  // namespace karmen::services
