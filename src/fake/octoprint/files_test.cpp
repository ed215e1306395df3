#include "fake/octoprint/files.hpp"

#include <gtest/gtest.h>

#include <string>

namespace karmen::fake {
namespace {

constexpr OctoPrintVersion kNew{1, 11, 8};
constexpr OctoPrintVersion kOld{1, 10, 3};

/// The path under which it is stored, or the status of the refusal.
std::string stored(std::string_view filename, std::string_view folder = "", OctoPrintVersion version = kNew) {
    const auto result = upload_name(filename, folder, version);
    if (const auto* refusal = std::get_if<Refusal>(&result)) return std::to_string(refusal->status);
    return std::get<UploadName>(result).path;
}

TEST(UploadName, KeepsWhatPeopleWrite) {
    EXPECT_EQ(stored("job one.gcode"), "job one.gcode");
    EXPECT_EQ(stored("Žluťoučký 🐎.gcode"), "Žluťoučký 🐎.gcode");
    EXPECT_EQ(stored("a%22b.gcode"), "a%22b.gcode");
}

TEST(UploadName, AcceptsThreeExtensionsInAnyLetterCase) {
    EXPECT_EQ(stored("a.GCODE"), "a.GCODE");
    EXPECT_EQ(stored("a.gco"), "a.gco");
    EXPECT_EQ(stored("a.g"), "a.g");
}

TEST(UploadName, RefusesOtherTypes) {
    for (const auto* name : {"", "x.gcode.txt", "x.bgcode", "..gcode", "gcode", "folder/", "x"}) {
        EXPECT_EQ(stored(name), "415") << name;
    }
    EXPECT_EQ(stored(std::string(300, 'a') + ".gcode"), "415");
}

TEST(UploadName, DropsSomeCharactersByRelease) {
    EXPECT_EQ(stored("a\"b?c;d.gcode"), "abcd.gcode");
    EXPECT_EQ(stored("a\"b?c;d.gcode", "", kOld), "abc;d.gcode");
    EXPECT_EQ(stored("...hidden.gcode"), "hidden.gcode");
}

TEST(UploadName, MakesFoldersOfSlashes) {
    EXPECT_EQ(stored("a/b.gcode"), "a/b.gcode");
    EXPECT_EQ(stored("b.gcode", "sub/folder"), "sub/folder/b.gcode");
    EXPECT_EQ(stored("b.gcode", "/sub//folder/"), "sub/folder/b.gcode");
    EXPECT_EQ(stored("/etc/b.gcode"), "etc/b.gcode");
}

TEST(UploadName, RefusesToLeaveTheStorage) {
    for (const auto* name : {"../b.gcode", "a/../b.gcode", "..\\b.gcode", "a\\b.gcode"}) {
        EXPECT_EQ(stored(name), "400") << name;
    }
    EXPECT_EQ(stored("b.gcode", "../up"), "400");
}

TEST(FileTable, MakesTheFoldersAboveAFile) {
    FileTable table;
    StoredFile file;
    file.path = "a/b/c.gcode";
    table.put(file);
    EXPECT_TRUE(table.has_folder("a"));
    EXPECT_TRUE(table.has_folder("a/b"));
    EXPECT_FALSE(table.has_folder("a/b/c.gcode"));
    EXPECT_TRUE(table.find("a/b/c.gcode"));
    EXPECT_TRUE(table.remove("a/b/c.gcode"));
    EXPECT_FALSE(table.remove("a/b/c.gcode"));
}

}  // namespace
}  // namespace karmen::fake
