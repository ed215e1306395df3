#include "storage/tables/setting_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

class SettingRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    TestDatabase database_{GetParam()};
    SettingRepository settings_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, SettingRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(SettingRepositoryTest, KeepsTheLastValueOfEachKey) {
    EXPECT_THAT(settings_.all(), testing::IsEmpty());
    settings_.set_all({{"network_interface", "eth0"}, {"a", std::nullopt}, {"network_interface", "wlan0"}});
    EXPECT_THAT(settings_.all(),
                testing::ElementsAre(Setting{"a", std::nullopt}, Setting{"network_interface", "wlan0"}));
    settings_.set_all({{"a", ""}});
    EXPECT_THAT(settings_.all(), testing::ElementsAre(Setting{"a", ""}, Setting{"network_interface", "wlan0"}));
}

}  // namespace
}  // namespace karmen::storage
