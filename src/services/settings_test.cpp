#include "services/settings.hpp"

#include "events/test_bench.hpp"

namespace karmen::services {
namespace {

class SettingsTest : public events::ServiceTest {
  public:
    storage::SettingRepository rows{*database};
    Settings settings{rows, blocking};
};

using Rows = std::vector<Setting>;

TEST_F(SettingsTest, EveryKnownKeyIsThereBeforeItWasSet) {
    EXPECT_EQ(run(settings.all()), (Rows{{"network_interface", std::nullopt}}));
}

TEST_F(SettingsTest, KeepsWhatIsSet) {
    run(settings.set({{"network_interface", "eth0"}}));
    EXPECT_EQ(run(settings.all()), (Rows{{"network_interface", "eth0"}}));
    run(settings.set({{"network_interface", std::nullopt}}));
    EXPECT_EQ(run(settings.all()), (Rows{{"network_interface", std::nullopt}}));
}

TEST_F(SettingsTest, OneUnknownKeyStopsAll) {
    EXPECT_EQ(error_of(settings.set({{"network_interface", "eth0"}, {"colour", "red"}})), ErrorCode::kInvalidInput);
    EXPECT_EQ(run(settings.all()), (Rows{{"network_interface", std::nullopt}}));
}

TEST_F(SettingsTest, WhatAnOldVersionLeftIsNotShown) {
    rows.set_all({{"forgotten", "x"}});
    EXPECT_EQ(run(settings.all()), (Rows{{"network_interface", std::nullopt}}));
}

}  // namespace
}  // namespace karmen::services
