#pragma once

#include "fake/octoprint/files.hpp"
#include "fake/octoprint/version.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::fake {

/// The rights of clients without a key.
enum class GuestRights { kNone, kRead, kAll };

struct AccessOptions {
    std::string api_key = "fake-api-key";
    std::vector<std::string> app_keys;  ///< as good as api_key: given to applications
    std::string read_only_key;          ///< of a user who may only look; empty if there is no such user
    GuestRights guests = GuestRights::kNone;
};

enum class Caller { kGuest, kWrongKey, kReader, kAdministrator };

/// `key` is what the request carries in X-Api-Key, Authorization: Bearer or ?apikey=; letter case matters.
Caller caller_of(const AccessOptions& options, std::optional<std::string_view> key);

enum class Need { kRead, kControl };
enum class Method { kGet, kPost };

/// The refusal of a request, in the words of that release; nullopt if it is allowed.
std::optional<Refusal> refuse(const AccessOptions& options, const OctoPrintVersion& version, Caller caller,
                              Method method, Need need);

}  // namespace karmen::fake
