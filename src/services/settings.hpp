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

    /// Every known key, those that were never set without a value.
    Awaitable<std::vector<Setting>> all();

    /// All or none. Throws Error(kInvalidInput) at `/<row>/key` for a key that is not known.
    Awaitable<void> set(std::vector<Setting> settings);

  private:
    storage::SettingRepository& settings_;
    Pool& blocking_;
};

}  // namespace karmen::services
