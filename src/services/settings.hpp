#pragma once

#include "domain/setting.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/setting_repository.hpp"

#include <vector>

namespace karmen::services {

/// The settings that administrators change while the server runs. Loop only.
class Settings {
  public:
    Settings(storage::SettingRepository& settings, Pool& blocking);

    /// Every known key; a key that was never set has no value.
    Awaitable<std::vector<Setting>> all();

    /// Stores all or none. Throws Error(kInvalidInput) at `/<row>/key` for an unknown key.
    Awaitable<void> set(std::vector<Setting> settings);

  private:
    storage::SettingRepository& settings_;
    Pool& blocking_;
};

}  // namespace karmen::services
