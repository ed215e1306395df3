#include "gcode/archive/zip.hpp"

#include "gcode/archive/testing.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace karmen::gcode::archive {
namespace {

/// Names and contents, or what is wrong.
std::string read(std::string_view archive) {
    const SeekableFile file = seekable(archive);
    const auto entries = read_directory(file);
    if (!entries) return "problem: " + entries.error();
    std::string text;
    for (const Entry& entry : *entries) {
        std::string content;
        const auto problem =
            unpack(file, entry, [&](std::span<const char> bytes) { content.append(bytes.data(), bytes.size()); });
        text += problem ? "problem: " + *problem : fmt::format("{}={}\n", entry.name, content);
    }
    return text;
}

const std::vector<Content> kTwo{{.name = "a", .content = "stored", .method = 0},
                                {.name = "b", .content = "G28\nG28\nG28\n"}};
const std::string kTwoText = "a=stored\nb=G28\nG28\nG28\n\n";

TEST(Zip, ReadsStoredAndDeflatedFiles) {
    EXPECT_EQ(read(zip(kTwo)), kTwoText);
    EXPECT_EQ(read(zip({})), "");
    EXPECT_EQ(read(zip({{.name = "empty", .content = ""}, {.name = "none", .content = "", .method = 0}})),
              "empty=\nnone=\n");
}

TEST(Zip, ReadsNumbersOf64Bits) {
    EXPECT_EQ(read(zip(kTwo, Numbers::k64Bits)), kTwoText);
}

TEST(Zip, FindsTheEndBeforeAComment) {
    EXPECT_EQ(read(zip(kTwo, Numbers::k32Bits, "made by hand")), kTwoText);
    EXPECT_EQ(read(zip(kTwo, Numbers::k64Bits, std::string(0xffff, 'x'))), kTwoText);
}

TEST(Zip, ContentsOfManyPieces) {
    std::string content;
    for (int i = 0; content.size() < 1'000'000; ++i) content += fmt::format("G1 X{} Y{}\n", i, i * 7919 % 1000);
    EXPECT_TRUE(read(zip({{.name = "x", .content = content}})) == "x=" + content + "\n");
    EXPECT_TRUE(read(zip({{.name = "x", .content = content, .method = 0}})) == "x=" + content + "\n");
}

TEST(Zip, AnArchiveThatIsCutIsNeverWhole) {
    for (const Numbers numbers : {Numbers::k32Bits, Numbers::k64Bits}) {
        const std::string archive = zip(kTwo, numbers);
        for (std::size_t size = 0; size < archive.size(); ++size)
            EXPECT_TRUE(read(archive.substr(0, size)).starts_with("problem: the zip archive cannot be read: ")) << size;
    }
}

/// Whatever byte is changed: no other content than the right one is called whole.
TEST(Zip, AChangedByteChangesNoContent) {
    for (const Numbers numbers : {Numbers::k32Bits, Numbers::k64Bits}) {
        const std::string archive = zip(kTwo, numbers);
        for (std::size_t at = 0; at < archive.size(); ++at) {
            std::string changed = archive;
            changed[at] = static_cast<char>(changed[at] ^ 0x11);
            const std::string text = read(changed);
            for (const char* wrong : {"=stores\n", "=G29", "=\n"}) EXPECT_EQ(text.find(wrong), std::string::npos) << at;
        }
    }
}

TEST(Zip, SaysWhatIsWrong) {
    const std::string begin = "problem: the zip archive cannot be read: ";
    EXPECT_EQ(read("G28\n"), begin + "it is too short");
    EXPECT_EQ(read(std::string(100, 'x')), begin + "its end is missing");
    EXPECT_EQ(read(zip({{.name = "a", .content = "x", .flags = 1}})), begin + "a is encrypted");
    EXPECT_EQ(read(zip({{.name = "a", .content = "x", .method = 12}})),
              begin + "a has the compression 12, which is not known");
    EXPECT_EQ(read(zip({{.name = "a", .content = "x", .crc32 = 1}})), begin + "a is damaged");
    std::string moved = zip(kTwo);
    moved[0] = 'X';
    EXPECT_EQ(read(moved), begin + "a is not where its directory saysb=G28\nG28\nG28\n\n");
}

TEST(Zip, AContentThatIsNotAsLargeAsItSaysIsDamaged) {
    const std::string bomb(1'000'000, '0');
    for (const unsigned method : {0U, 8U})
        for (const std::size_t size : {0UL, 999'999UL, 1'000'001UL}) {
            const std::string archive = zip({{.name = "a", .content = bomb, .method = method, .size = size}});
            const SeekableFile file = seekable(archive);
            const auto entries = read_directory(file);
            std::size_t given = 0;
            const auto problem =
                unpack(file, entries.value().at(0), [&](std::span<const char> bytes) { given += bytes.size(); });
            EXPECT_EQ(problem, "the zip archive cannot be read: a is damaged");
            EXPECT_LE(given, size);
        }
}

TEST(Zip, ALargeDirectoryIsNotRead) {
    std::vector<Content> many(10, {.name = std::string(60'000, 'n'), .content = ""});
    EXPECT_TRUE(read_directory(seekable(zip(many))).has_value());
    many.resize(20, many.front());
    const auto refused = read_directory(seekable(zip(many)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), "the zip archive cannot be read: its directory is too large");
}

/// Numbers that point or count beyond the file, in each place that has one.
TEST(Zip, AbsurdNumbersAreNotBelieved) {
    for (const Numbers numbers : {Numbers::k32Bits, Numbers::k64Bits}) {
        const std::string archive = zip(kTwo, numbers);
        for (std::size_t at = 0; at + 4 <= archive.size(); ++at)
            for (const char byte : {'\xff', '\x7f', '\0'}) {
                std::string absurd = archive;
                for (std::size_t i = 0; i < std::min<std::size_t>(8, archive.size() - at); ++i) absurd[at + i] = byte;
                EXPECT_LE(read(absurd).size(), 4 * archive.size()) << at;
            }
    }
}

}  // namespace
}  // namespace karmen::gcode::archive
