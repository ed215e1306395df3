#include "fake/octoprint/app_keys.hpp"

#include "base/random.hpp"

#include <utility>

namespace karmen::fake {

namespace {

constexpr std::size_t kSecretBytes = 16;

}  // namespace

void AppKeys::forget(Timestamp now) {
    std::erase_if(requests_, [&](const auto& entry) { return entry.second.asked + kPatience < now; });
}

std::string AppKeys::request(std::string app, Timestamp now) {
    forget(now);
    std::string token = random_hex(kSecretBytes);
    requests_.emplace(token, Request{.app = std::move(app), .asked = now});
    return token;
}

AppKeys::Decision AppKeys::poll(std::string_view token, Timestamp now) {
    forget(now);
    const auto found = requests_.find(token);
    if (found == requests_.end()) return {};
    Request& request = found->second;
    request.asked = now;
    if (!request.api_key) return {.answer = Answer::kPending};
    return {.answer = Answer::kGranted, .api_key = *request.api_key};
}

std::vector<std::string> AppKeys::allow_all() {
    std::vector<std::string> keys;
    for (auto& [token, request] : requests_)
        if (!request.api_key) request.api_key = keys.emplace_back(random_hex(kSecretBytes));
    return keys;
}

void AppKeys::deny_all() {
    std::erase_if(requests_, [](const auto& entry) { return !entry.second.api_key; });
}

std::vector<std::string> AppKeys::waiting(Timestamp now) {
    forget(now);
    std::vector<std::string> apps;
    for (const auto& [token, request] : requests_)
        if (!request.api_key) apps.push_back(request.app);
    return apps;
}

}  // namespace karmen::fake
