#pragma once

#include "domain/setting.hpp"
#include "storage/database.hpp"

#include <vector>

namespace karmen::storage {

/// Table settings. Holds no state of its own. Any thread, blocks; throws what Session throws.
class SettingRepository {
  public:
    explicit SettingRepository(Database& database) : database_(database) {}

    /// By key.
    std::vector<Setting> all();
    /// Stores all or none; if a key occurs twice, the last one counts.
    void set_all(const std::vector<Setting>& settings);

  private:
    Database& database_;
};

}  // namespace karmen::storage
