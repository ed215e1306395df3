#include "http/content_coding.hpp"

#include <gtest/gtest.h>

#include <array>

namespace karmen::http {
namespace {

using enum ContentCoding;

struct Choice {
    std::optional<std::string_view> accept_encoding;
    ContentCoding expected;
};

TEST(ContentCoding, IsWhatTheClientLikesBest) {
    constexpr std::array available{kIdentity, kGzip, kBrotli};
    const Choice choices[] = {
        {std::nullopt, kIdentity},
        {"", kIdentity},
        {"identity", kIdentity},
        {"deflate, zstd", kIdentity},
        {"gzip", kGzip},
        {"GZIP", kGzip},
        {"gzip, deflate, br, zstd", kBrotli},
        {"br, gzip", kBrotli},
        {"gzip;q=1.0, br;q=0.5", kGzip},
        {"br;q=0, gzip;q=0.001", kGzip},
        {"*", kBrotli},
        {"br;q=0, *", kGzip},
        {"*;q=0", kIdentity},
        {"gzip;q=0", kIdentity},
        {"gzip;q=2", kIdentity},
        {"gzip;q=none", kIdentity},
        {"gzip;q=nan", kIdentity},
        {",, ;q=1, gzip ; q=0.5 ,", kGzip},
    };
    for (const Choice& choice : choices)
        EXPECT_EQ(choose_coding(choice.accept_encoding, available), choice.expected)
            << choice.accept_encoding.value_or("nothing");
}

TEST(ContentCoding, IsOneThatThereIs) {
    EXPECT_EQ(choose_coding("br, gzip", std::array{kIdentity, kGzip}), kGzip);
    EXPECT_EQ(choose_coding("br, gzip", std::array{kIdentity}), kIdentity);
}

}  // namespace
}  // namespace karmen::http
