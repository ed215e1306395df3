#include "services/settings.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace karmen::services {

namespace {

constexpr std::array<std::string_view, 1> kKnownKeys{"network_interface"};

}  // namespace

Settings::Settings(storage::SettingRepository& settings, Pool& blocking) : settings_(settings), blocking_(blocking) {}

Awaitable<std::vector<Setting>> Settings::all() {
    const auto stored = co_await offload(blocking_, [this] { return settings_.all(); });
    std::vector<Setting> settings;
    for (const std::string_view key : kKnownKeys) {
        const auto found = std::ranges::find(stored, key, &Setting::key);
        settings.push_back(found == stored.end() ? Setting{std::string(key), std::nullopt} : *found);
    }
    co_return settings;
}

Awaitable<void> Settings::set(std::vector<Setting> settings) {
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < settings.size(); ++i)
        if (std::ranges::find(kKnownKeys, settings[i].key) == kKnownKeys.end())
            errors.push_back({"/" + std::to_string(i) + "/key", "is not a known setting"});
    if (!errors.empty()) throw Error::invalid(std::move(errors));
    co_await offload(blocking_, [&] { settings_.set_all(settings); });
}

}  // namespace karmen::services
