#include "net/file_blocks.hpp"

#include "net/temp_file.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace karmen::net {
namespace {

class FileBlocksTest : public ::testing::Test {
  protected:
    void read_next(FileBlocks& blocks) { loop_.run_until_done(blocks.read_next(pool_)); }

    Loop loop_;
    Pool pool_{"blocking", 1, 10};
};

TEST_F(FileBlocksTest, GivesTheBytesInOrderWhateverThePieces) {
    const std::string content = testing::numbered_bytes(1'000'000);
    const FileDescriptor file = testing::temp_file(content);
    for (const std::size_t piece : {1UL << 10, 65'535UL, 1UL << 20}) {
        FileBlocks blocks(file.get(), content.size());
        std::string taken;
        std::string buffer(piece, '\0');
        while (!blocks.is_at_end()) {
            if (blocks.can_read()) read_next(blocks);
            taken.append(buffer, 0, blocks.take(buffer.data(), buffer.size()));
        }
        EXPECT_EQ(taken.size(), content.size());
        EXPECT_TRUE(taken == content) << "in pieces of " << piece;
        EXPECT_EQ(blocks.take(buffer.data(), buffer.size()), 0U);
    }
}

TEST_F(FileBlocksTest, HoldsNoMoreThanTwoBlocksHoweverSlowTheReceiver) {
    const std::string content = testing::numbered_bytes(4 << 20);
    const FileDescriptor file = testing::temp_file(content);
    FileBlocks blocks(file.get(), content.size());
    char first = 0;
    int reads = 0;
    for (; blocks.can_read() && reads < 10; ++reads) {
        read_next(blocks);
        blocks.take(&first, 1);
    }
    EXPECT_EQ(reads, 2);
    EXPECT_FALSE(blocks.can_read());
}

TEST_F(FileBlocksTest, NothingThereIsNotTheEnd) {
    const FileDescriptor file = testing::temp_file("content");
    FileBlocks blocks(file.get(), 7);
    char byte = 0;
    EXPECT_EQ(blocks.take(&byte, 1), 0U);
    EXPECT_FALSE(blocks.is_at_end());
    EXPECT_TRUE(FileBlocks(file.get(), 0).is_at_end());
}

TEST_F(FileBlocksTest, SaysWhenTheFileIsShorterThanTold) {
    const FileDescriptor file = testing::temp_file("content");
    FileBlocks blocks(file.get(), 8);
    EXPECT_THROW(read_next(blocks), std::runtime_error);
    FileBlocks closed(-1, 8);
    EXPECT_THROW(read_next(closed), std::system_error);
}

}  // namespace
}  // namespace karmen::net
