#include "base/random.hpp"
#include "maintenance/doctor/redis_checks.hpp"
#include "maintenance/doctor/secret_strength.hpp"
#include "maintenance/doctor/system_checks.hpp"

#include <gtest/gtest.h>

namespace karmen::maintenance::doctor {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon{1764000000s};

TEST(CheckClock, IsNeverBehindTheProgramOrTheData) {
    EXPECT_EQ(check_clock(kNoon, kNoon - 1h, kNoon - 1s, Synchronisation::kYes).level, Level::kOk);
    EXPECT_EQ(check_clock(kNoon, kNoon + 1h, std::nullopt, Synchronisation::kYes).level, Level::kError);
    EXPECT_EQ(check_clock(kNoon, std::nullopt, kNoon + 1h, Synchronisation::kYes).level, Level::kError);
    EXPECT_EQ(check_clock(kNoon, kNoon + 1s, kNoon + 1s, Synchronisation::kYes).level, Level::kOk)
        << "machines differ by a little";
}

TEST(CheckClock, ShouldBeKeptRight) {
    EXPECT_EQ(check_clock(kNoon, std::nullopt, std::nullopt, Synchronisation::kNo).level, Level::kWarning);
    EXPECT_EQ(check_clock(kNoon, std::nullopt, std::nullopt, Synchronisation::kUnknown).level, Level::kOk);
}

TEST(CheckDescriptors, EveryConnectionTakesOne) {
    EXPECT_EQ(check_descriptors(1024, 10'000).level, Level::kWarning);
    EXPECT_EQ(check_descriptors(10'000, 10'000).level, Level::kWarning) << "other things take some too";
    EXPECT_EQ(check_descriptors(1 << 20, 10'000).level, Level::kOk);
}

/// As `openssl rand -base64` draws them.
std::string random_base64(std::size_t bytes) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::byte> drawn(bytes * 4 / 3);
    fill_random(drawn);
    std::string text;
    for (const std::byte byte : drawn) text += kDigits[static_cast<std::size_t>(byte) % kDigits.size()];
    return text;
}

TEST(IsGuessable, DrawnSecretsAreNot) {
    for (int i = 0; i < 2000; ++i) {
        for (const std::size_t bytes : {16, 32, 64}) {
            const std::string hex = random_hex(bytes);
            const std::string base64 = random_base64(bytes + 8);
            EXPECT_FALSE(is_guessable(hex)) << hex;
            EXPECT_FALSE(is_guessable(base64)) << base64;
            EXPECT_FALSE(is_guessable("karmen-secret-" + hex)) << "a drawn one behind a word is as good";
        }
    }
}

TEST(IsGuessable, TypedSecretsAre) {
    for (const char* typed : {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "12341234123412341234123412341234",
                              "change-me-please-change-me-please", "ChangeMe-ChangeMe-ChangeMe-ChangeMe",
                              "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210",
                              "karmen-secret-key-karmen-secret-key", "qwertyuiopasdfghjklzxcvbnm123456",
                              "abcdefghijklmnopqrstuvwxyz0123456789", "karmen-production-signing-secret-2026",
                              "my-very-secret-password-for-karmen-admin", "9f3kQz71Lw9f3kQz71Lw9f3kQz71Lw9f3kQz71Lw"})
        EXPECT_TRUE(is_guessable(typed)) << typed;
    EXPECT_TRUE(is_guessable(""));
}

TEST(RedisOfNginx, IsWhatTheSiteSets) {
    EXPECT_EQ(redis_of_nginx("server {\n    set $karmen_redis_host redis;\n    set $karmen_redis_port 6380;\n}\n"),
              (NginxRedis{"redis", 6380}));
    EXPECT_EQ(redis_of_nginx("\tset  $karmen_redis_host \"unix:/run/redis.sock\";  # here\n"),
              (NginxRedis{"unix:/run/redis.sock", 6379}));
    for (const char* site : {"", "# set $karmen_redis_host redis;", "set $karmen_redis_hosts redis;",
                             "set $karmen_redis_host redis;\nset $karmen_redis_port 65536;",
                             "set $karmen_redis_host redis;\nset $karmen_redis_port x;"})
        EXPECT_EQ(redis_of_nginx(site), std::nullopt) << site;
}

}  // namespace
}  // namespace karmen::maintenance::doctor
