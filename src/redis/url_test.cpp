#include "redis/url.hpp"

#include <gtest/gtest.h>

namespace karmen::redis {
namespace {

TEST(RedisUrl, IsTakenApart) {
    EXPECT_EQ(parse_url("redis://db.example"), (Url{.host = "db.example"}));
    EXPECT_EQ(parse_url("redis://:se%40cret@10.0.0.1:7000/3"),
              (Url{.host = "10.0.0.1", .port = 7000, .password = "se@cret", .database = 3}));
    EXPECT_EQ(parse_url("redis://ann:secret@[::1]:6380"),
              (Url{.host = "::1", .port = 6380, .username = "ann", .password = "secret"}));
    EXPECT_EQ(parse_url("unix:///run/redis/redis.sock"), (Url{.socket_path = "/run/redis/redis.sock"}));
    EXPECT_EQ(parse_url("unix://:secret@/run/redis.sock?db=2"),
              (Url{.socket_path = "/run/redis.sock", .password = "secret", .database = 2}));
}

TEST(RedisUrl, RefusesWhatItCannotUse) {
    for (const char* text : {"", "redis", "redis://", "http://host", "redis://host/one", "redis://host:0",
                             "redis://host:65536", "redis://host/-1", "redis://ann@host", "unix://", "unix://host/path",
                             "unix:///s?database=1", "redis://host?db=1", "redis://host#1", "rediss://host"})
        EXPECT_EQ(parse_url(text), std::nullopt) << text;
}

TEST(RedisUrl, ShowsNoPassword) {
    EXPECT_EQ(to_string(*parse_url("redis://ann:secret@[::1]:6380/1")), "redis://[::1]:6380/1");
    EXPECT_EQ(to_string(*parse_url("unix://:secret@/run/redis.sock?db=2")), "unix:///run/redis.sock?db=2");
}

}  // namespace
}  // namespace karmen::redis
