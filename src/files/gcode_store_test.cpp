#include "files/gcode_store.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "files/upload_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <thread>

namespace karmen::files {
namespace {

using namespace std::chrono_literals;

namespace fs = std::filesystem;

class GcodeStoreTest : public testing::Test {
  protected:
    GcodeStoreTest() { fs::create_directories(base_ / "outside"); }
    ~GcodeStoreTest() override { fs::remove_all(base_); }

    StoredFile put(std::string_view folder, std::string_view display, std::string_view content) {
        const auto upload = store_.begin(content.size());
        upload->write(content);
        return store_.publish(*upload, folder, display);
    }
    std::string content_of(const std::string& relative_path) {
        const auto open_file = store_.open(relative_path);
        if (!open_file) return "(none)";
        std::string content(open_file->size_bytes, '\0');
        const auto got = ::read(open_file->file.get(), content.data(), content.size());
        return got == static_cast<ssize_t>(content.size()) ? content : "(short)";
    }
    /// Everything below the test's folder, to see that nothing lies where it should not.
    std::set<std::string> all_files() const {
        std::set<std::string> files;
        for (const auto& entry : fs::recursive_directory_iterator(base_))
            if (!entry.is_directory()) files.insert(entry.path().lexically_relative(base_).generic_string());
        return files;
    }

    fs::path base_ = fs::temp_directory_path() / ("karmen-store-" + random_hex(8));
    fs::path root_ = base_ / "gcodes";
    GcodeStore store_{{root_}, {}};
};

TEST_F(GcodeStoreTest, KeepsWhatWasUploadedUnderItsFolder) {
    const StoredFile stored = put("a/b", "cube one.gcode", "G28\n");
    EXPECT_EQ(stored.relative_path, "a/b/cube_one.gcode");
    EXPECT_EQ(stored.folder, "a/b");
    EXPECT_EQ(stored.size_bytes, 4);
    EXPECT_EQ(content_of(stored.relative_path), "G28\n");
    EXPECT_THAT(all_files(), testing::ElementsAre("gcodes/a/b/cube_one.gcode"));
}

TEST_F(GcodeStoreTest, TellsTheSha256) {
    EXPECT_EQ(put("", "abc.gcode", "abc").sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(GcodeStoreTest, NeverOverwrites) {
    std::set<std::string> paths;
    std::vector<std::jthread> threads;
    std::mutex mutex;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const StoredFile stored = put("same", "same.gcode", std::to_string(i));
            const std::lock_guard lock(mutex);
            paths.insert(stored.relative_path);
        });
    threads.clear();
    EXPECT_EQ(paths.size(), 8U);
    std::set<std::string> contents;
    for (const std::string& path : paths) contents.insert(content_of(path));
    EXPECT_EQ(contents.size(), 8U);
}

TEST_F(GcodeStoreTest, AFileGetsItsNameInEitherWayAndTakesNobodys) {
    // NFS knows only the second.
    for (const auto give_name : {move_to_free_name, link_to_free_name}) {
        std::ofstream(base_ / "new") << "new";
        std::ofstream(base_ / "taken") << "taken";
        const FileDescriptor folder(::open(base_.c_str(), O_RDONLY | O_DIRECTORY));
        EXPECT_FALSE(give_name(folder.get(), "new", folder.get(), "taken"));
        EXPECT_EQ(fs::file_size(base_ / "taken"), 5U);
        EXPECT_TRUE(give_name(folder.get(), "new", folder.get(), "free"));
        EXPECT_THAT(all_files(), testing::ElementsAre("free", "taken"));
        EXPECT_THROW(give_name(folder.get(), "gone", folder.get(), "other"), Error);
        fs::remove(base_ / "free");
    }
}

TEST_F(GcodeStoreTest, AnUploadThatIsGivenUpLeavesNothing) {
    store_.begin(0)->write(std::string_view("G28"));
    EXPECT_THAT(all_files(), testing::IsEmpty());
}

TEST_F(GcodeStoreTest, DoesNotFollowPlantedLinks) {
    fs::create_directory_symlink(base_ / "outside", root_ / "link");
    fs::create_symlink(base_ / "outside" / "target.gcode", root_ / "file.gcode");
    std::ofstream(base_ / "outside" / "secret") << "secret";
    EXPECT_THROW(put("link", "x.gcode", "x"), Error);
    EXPECT_THROW(put("link/deeper", "x.gcode", "x"), Error);
    EXPECT_NE(put("", "file.gcode", "x").filename, "file.gcode");
    for (const char* path :
         {"link/secret", "../outside/secret", "file.gcode", "link", "", "/etc/passwd", "a/../../outside/secret"})
        EXPECT_FALSE(store_.open(path)) << path;
    store_.remove("link/secret");
    store_.remove("../outside/secret");
    EXPECT_TRUE(fs::exists(base_ / "outside" / "secret"));
    EXPECT_FALSE(fs::exists(base_ / "outside" / "target.gcode"));
}

TEST_F(GcodeStoreTest, AFifoInTheStoreDoesNotHoldTheReader) {
    ASSERT_EQ(::mkfifo((root_ / "pipe.gcode").c_str(), 0600), 0);
    EXPECT_FALSE(store_.open("pipe.gcode"));
}

TEST_F(GcodeStoreTest, RefusesWhatDoesNotFitOnTheDisk) {
    GcodeStore full({root_}, {.free_bytes_min = ~std::uint64_t{0} / 2});
    try {
        full.begin(0);
        ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kDiskFull);
    }
}

TEST_F(GcodeStoreTest, RemovesOneFileAndIsContentWhenItIsGone) {
    const StoredFile stored = put("", "cube.gcode", "G28");
    store_.remove(stored.relative_path);
    store_.remove(stored.relative_path);
    EXPECT_FALSE(store_.open(stored.relative_path));
}

TEST_F(GcodeStoreTest, RecoveryRemovesTheUnfinishedAndKeepsTheUnlistedAside) {
    put("a", "listed.gcode", "1");
    put("a", "unlisted.gcode", "2");
    std::ofstream(root_ / "a" / ".upload-0011223344556677") << "half";
    const auto recovery =
        store_.recover([](const std::string& path) { return path == "a/listed.gcode"; }, base_ / "unlisted", 0s);
    EXPECT_EQ(recovery.unfinished_removed, 1U);
    EXPECT_THAT(recovery.unlisted_moved, testing::ElementsAre("a/unlisted.gcode"));
    EXPECT_THAT(all_files(), testing::ElementsAre("gcodes/a/listed.gcode", "unlisted/a/unlisted.gcode"));
}

TEST_F(GcodeStoreTest, RecoveryLeavesAloneWhatMayStillBeUploaded) {
    const std::unique_ptr<Upload> running = store_.begin(0);
    put("", "young.gcode", "1");
    put("", "old.gcode", "2");
    std::ofstream(root_ / ".upload-0011223344556677") << "half";
    for (const char* name : {"old.gcode", ".upload-0011223344556677"})
        std::filesystem::last_write_time(root_ / name, std::filesystem::file_time_type::clock::now() - 25h);
    const auto recovery = store_.recover([](const std::string&) { return false; }, base_ / "unlisted", 24h);
    EXPECT_EQ(recovery.unfinished_removed, 1U);
    EXPECT_THAT(recovery.unlisted_moved, testing::ElementsAre("old.gcode"));
    EXPECT_EQ(all_files().size(), 3U);
}

TEST(PathBelow, FindsOldAbsolutePathsInsideTheRootOnly) {
    EXPECT_EQ(path_below({"/uploads"}, "a/b.gcode"), "a/b.gcode");
    EXPECT_EQ(path_below({"/uploads"}, "/uploads/a/b.gcode"), "a/b.gcode");
    EXPECT_EQ(path_below({"/uploads/"}, "/uploads//a/./b.gcode"), "a/b.gcode");
    EXPECT_EQ(path_below({"/"}, "/a.gcode"), "a.gcode");
    EXPECT_EQ(path_below({"/uploads"}, "/uploads/a/../b.gcode"), "b.gcode");
    for (const char* outside : {"/uploads/../etc/passwd", "/etc/passwd", "/uploads2/a.gcode", "/uploads", "/"})
        EXPECT_EQ(path_below({"/uploads"}, outside), std::nullopt) << outside;
}

TEST(PathBelow, KnowsWhatTheRootWasCalled) {
    const StoreFolders moved{"/uploads", "/srv/old/"};
    EXPECT_EQ(path_below(moved, "/srv/old/a/b.gcode"), "a/b.gcode");
    EXPECT_EQ(path_below(moved, "/srv/old//a/../b.gcode"), "b.gcode");
    EXPECT_EQ(path_below(moved, "/uploads/a.gcode"), "a.gcode");
    EXPECT_EQ(path_below({"/uploads", "srv"}, "/srv/a.gcode"), std::nullopt) << "rows have absolute paths";
    for (const char* outside : {"/srv/old/../secret", "/srv/older/a.gcode", "/srv/old", "/etc/passwd"})
        EXPECT_EQ(path_below(moved, outside), std::nullopt) << outside;
}

TEST_F(GcodeStoreTest, FindsFilesByWhatTheRootWasCalled) {
    put("a", "cube.gcode", "G28\n");
    std::ofstream(base_ / "outside" / "secret") << "secret";
    fs::create_directory_symlink(base_ / "outside", root_ / "link");
    GcodeStore moved({root_, "/srv/old"}, {});
    EXPECT_EQ(moved.open("/srv/old/a/cube.gcode").value().size_bytes, 4U);
    EXPECT_FALSE(store_.open("/srv/old/a/cube.gcode"));
    for (const char* path : {"/srv/old/link/secret", "/srv/old/../outside/secret", "/srv/old/a/../../outside/secret"})
        EXPECT_FALSE(moved.open(path)) << path;
    EXPECT_THAT(moved.names_in_rows("x"),
                testing::IsSupersetOf({std::string("x"), std::string("/srv/old/x"), (root_ / "x").string()}));
}

}  // namespace
}  // namespace karmen::files
