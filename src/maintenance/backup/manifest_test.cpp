#include "maintenance/backup/manifest.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace karmen::maintenance::backup {
namespace {

using namespace std::chrono_literals;

Manifest sample() {
    return {.program = "1.2.3",
            .made = Timestamp{1764000000s},
            .files = {{"karmen.db", {4096, "aa"}},
                      {"signing-secret", {65, "bb"}},
                      {"gcodes/a/Würfel \"1\".gcode", {std::uint64_t{1} << 40, "cc"}}},
            .lost = {{7, "cube one.gcode", "gcodes/cube_one.gcode", "there is no file"}}};
}

std::string with_path(const std::string& path) {
    std::string text = to_text(sample());
    return text.replace(text.find("signing-secret"), std::string("signing-secret").size(), path);
}

TEST(BackupManifest, ReadsWhatItWrote) {
    EXPECT_EQ(parse_manifest(to_text(sample())), sample());
    EXPECT_EQ(parse_manifest(to_text(Manifest{})), Manifest{});
}

TEST(BackupManifest, EveryTruncationIsNoticed) {
    const std::string text = to_text(sample());
    for (std::size_t length = 0; length + 1 < text.size(); ++length)
        EXPECT_THROW(parse_manifest(text.substr(0, length)), Error) << length;
}

TEST(BackupManifest, NamesNothingOutsideTheBackup) {
    EXPECT_NO_THROW(parse_manifest(with_path("gcodes/b/c.gcode")));
    for (const char* path : {"", "/etc/passwd", "../karmen.db", "gcodes", "gcodes/", "gcodes/../../x", "gcodes//x",
                             "gcodes/./x", "lock", "gcodes/\\u0000"})
        EXPECT_THROW(parse_manifest(with_path(path)), Error) << path;
}

TEST(BackupManifest, OfALaterFormatIsNotTakenForDamaged) {
    std::string text = to_text(sample());
    text.replace(text.find("\"format\": 1"), 11, "\"format\": 2");
    try {
        parse_manifest(text);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kConflict);
    }
}

}  // namespace
}  // namespace karmen::maintenance::backup
