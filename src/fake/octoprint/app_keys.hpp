#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::fake {

/// The requests of applications for keys, as OctoPrint's plugin appkeys keeps them. Loop only.
class AppKeys {
  public:
    /// A request that nobody asks for during this time is forgotten, decided or not.
    static constexpr std::chrono::seconds kPatience{5};

    /// Returns its token.
    std::string request(std::string app, Timestamp now);

    enum class Answer { kPending, kGranted, kGone };
    struct Decision {
        Answer answer = Answer::kGone;
        std::string api_key = {};
    };
    Decision poll(std::string_view token, Timestamp now);

    /// What somebody at the printer says to all that wait.
    /// Returns the new keys.
    std::vector<std::string> allow_all();
    void deny_all();

    /// The applications that wait.
    std::vector<std::string> waiting(Timestamp now);

  private:
    struct Request {
        std::string app;
        Timestamp asked;
        std::optional<std::string> api_key = std::nullopt;  ///< granted
    };
    void forget(Timestamp now);

    std::map<std::string, Request, std::less<>> requests_;  ///< by token
};

}  // namespace karmen::fake
