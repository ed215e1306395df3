#include "storage/tables/app_key_repository.hpp"

#include "storage/test_database.hpp"

#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{1'764'000'000s};

class AppKeyRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    AppKeyRepositoryTest() { requests_.insert(request_, kStart + 15s); }

    std::optional<std::string> unused_key() {
        const auto granted = requests_.unused(request_.id);
        return granted ? std::optional(granted->api_key) : std::nullopt;
    }

    TestDatabase database_{GetParam()};
    AppKeyRepository requests_{*database_};
    AppKeyRequest request_{.id = Uuid::random(),
                           .host = "octopi.local",
                           .protocol = Protocol::kHttps,
                           .tls_fingerprint = std::string(64, 'a'),
                           .created = kStart};
};
INSTANTIATE_TEST_SUITE_P(, AppKeyRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(AppKeyRepositoryTest, AGrantedKeyIsThereUntilAPrinterHasIt) {
    EXPECT_EQ(requests_.find(request_.id), request_);
    EXPECT_EQ(unused_key(), std::nullopt);
    EXPECT_TRUE(requests_.end(request_.id, {.state = AppKeyState::kGranted, .api_key = "k", .time = kStart + 1s}));
    request_.state = AppKeyState::kGranted;
    request_.ended = kStart + 1s;
    EXPECT_EQ(requests_.find(request_.id), request_);
    EXPECT_EQ(unused_key(), "k");
    request_.printer = Uuid::random();
    requests_.note_stored(request_.id, *request_.printer);
    request_.is_stored = true;
    EXPECT_EQ(requests_.find(request_.id), request_);
    EXPECT_EQ(unused_key(), std::nullopt);
}

TEST_P(AppKeyRepositoryTest, WhatHasEndedDoesNotEndAgain) {
    EXPECT_TRUE(requests_.end(request_.id, {.state = AppKeyState::kDenied, .reason = "no", .time = kStart + 1s}));
    EXPECT_FALSE(requests_.end(request_.id, {.state = AppKeyState::kGranted, .api_key = "k", .time = kStart + 2s}));
    EXPECT_FALSE(requests_.renew(request_.id, kStart + 1h));
    EXPECT_EQ(requests_.find(request_.id)->state, AppKeyState::kDenied);
    EXPECT_EQ(unused_key(), std::nullopt);
}

TEST_P(AppKeyRepositoryTest, ARequestForWhichNobodyWaitsExpires) {
    EXPECT_TRUE(requests_.renew(request_.id, kStart + 20s));
    requests_.expire_lost(kStart + 19s);
    EXPECT_EQ(requests_.find(request_.id)->state, AppKeyState::kPending);
    requests_.expire_lost(kStart + 20s);
    EXPECT_EQ(requests_.find(request_.id)->state, AppKeyState::kExpired);
    EXPECT_EQ(requests_.find(request_.id)->ended, kStart + 20s);
}

TEST_P(AppKeyRepositoryTest, OldRequestsAreRemovedWithTheirKeys) {
    requests_.clean(kStart);
    EXPECT_TRUE(requests_.find(request_.id));
    requests_.clean(kStart + 1us);
    EXPECT_FALSE(requests_.find(request_.id));
}

}  // namespace
}  // namespace karmen::storage
