#include "files/names.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::files {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Names, FindTheFolderInAFileName) {
    EXPECT_EQ(folder_name("box/coin.gcode"), "box");
    EXPECT_EQ(folder_name("a/b/coin.gcode"), "a/b");
    EXPECT_EQ(folder_name("../coin.gcode"), "..") << "for parse_folder to refuse";
    for (const char* none :
         {"coin.gcode", "", "/home/me/coin.gcode", R"(C:\me\coin.gcode)", "C:/me/coin.gcode", R"(a\b/c.gcode)"})
        EXPECT_EQ(folder_name(none), "") << none;
}

TEST(FolderName, IsTheListOfItsParts) {
    EXPECT_THAT(parse_folder(""), IsEmpty());
    EXPECT_THAT(parse_folder("/"), IsEmpty());
    EXPECT_THAT(parse_folder("//"), IsEmpty());
    EXPECT_THAT(parse_folder("/doors"), ElementsAre("doors"));
    EXPECT_THAT(parse_folder("///doors/left"), ElementsAre("doors", "left"));
    EXPECT_THAT(parse_folder("."), IsEmpty());
    EXPECT_THAT(parse_folder("a/b c"), ElementsAre("a", "b c"));
    EXPECT_THAT(parse_folder("a//./b/"), ElementsAre("a", "b"));
    EXPECT_THAT(parse_folder("\xE6\x97\xA5\xE6\x9C\xAC"), ElementsAre("\xE6\x97\xA5\xE6\x9C\xAC"));
}

TEST(FolderName, RefusesWhatLeavesTheStoreOrHidesInIt) {
    using namespace std::string_literals;
    const std::vector<std::string> bad{"..",
                                       "a/../..",
                                       "../x",
                                       "/..",
                                       "//../etc",
                                       "a/..",
                                       ".hidden",
                                       "a/.git",
                                       "a\\b",
                                       "a\0b"s,
                                       "a\nb",
                                       "\xFF",
                                       "a/..\0"s,
                                       std::string(201, 'x'),
                                       std::string(2000, '/') + "x"};
    for (const std::string& path : bad) EXPECT_THROW(parse_folder(path), Error) << testing::PrintToString(path);
    std::string deep = "a";
    for (std::size_t i = 0; i < kFolderDepthMax; ++i) deep += "/a";
    EXPECT_THROW(parse_folder(deep), Error);
}

void check_filename(std::string_view display, std::string_view expected) {
    EXPECT_EQ(safe_filename(base_name(display)), expected) << display;
}

TEST(Filename, KeepsWhatPeopleCanRead) {
    check_filename("cube.gcode", "cube.gcode");
    check_filename("my part (2).gcode", "my_part_(2).gcode");
    check_filename("C:\\dir\\f.gcode", "f.gcode");
    check_filename("/tmp/f.gcode", "f.gcode");
    check_filename("\xE6\x97\xA5\xE6\x9C\xAC.gcode", "\xE6\x97\xA5\xE6\x9C\xAC.gcode");
    check_filename("caf\xC3\xA9.gco", "caf\xC3\xA9.gco");
}

TEST(Filename, DropsWhatIsDangerous) {
    check_filename("..gcode", "file.gcode");
    check_filename(".gcode", "file.gcode");
    check_filename(".gcode.3mf", "file.gcode.3mf");
    check_filename("-.bgcode", "file.bgcode");
    check_filename("-rf.gcode", "rf.gcode");
    check_filename("a\x01\x7F\"$(b).gcode", "a(b).gcode");
    check_filename("", "file");
    check_filename("...", "file");
    check_filename(
        "evil\xE2\x80\xAE"
        "edocg.gcode",
        "eviledocg.gcode");
    check_filename("bad\xFFutf.gcode", "bad\xEF\xBF\xBDutf.gcode");
}

TEST(Filename, IsCutAtACharacterAndKeepsItsExtension) {
    std::string name;
    for (int i = 0; i < 150; ++i) name += "\xC3\xA9";
    const std::string safe = safe_filename("x" + name + ".gcode");
    EXPECT_LE(safe.size(), kFilenameMaxBytes);
    EXPECT_TRUE(safe.ends_with("\xC3\xA9.gcode"));
    EXPECT_TRUE(is_valid_utf8(safe));
    EXPECT_TRUE(safe_filename("x" + name + ".GCODE.3mf").ends_with("\xC3\xA9.GCODE.3mf"));
    EXPECT_LE(safe_filename("a." + std::string(400, 'g')).size(), kFilenameMaxBytes);
}

TEST(Filename, TakesASuffixBeforeTheExtension) {
    EXPECT_EQ(with_suffix("cube.gcode", "1f"), "cube-1f.gcode");
    EXPECT_EQ(with_suffix("a.b.gco", "1f"), "a.b-1f.gco");
    EXPECT_EQ(with_suffix("file", "1f"), "file-1f");
    EXPECT_EQ(with_suffix("cube.gcode.3mf", "1f"), "cube-1f.gcode.3mf");
    EXPECT_EQ(with_suffix("cube.v2.bgcode", "1f"), "cube.v2-1f.bgcode");
}

}  // namespace
}  // namespace karmen::files
