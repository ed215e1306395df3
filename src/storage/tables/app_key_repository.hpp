#pragma once

#include "domain/app_key.hpp"
#include "storage/database.hpp"

#include <optional>
#include <string>

namespace karmen::storage {

/// Table app_key_requests. A request that has ended changes no more, except that its key is used. Holds no state of its
/// own. Any thread, blocks; throws what Session throws.
class AppKeyRepository {
  public:
    explicit AppKeyRepository(Database& database) : database_(database) {}

    void insert(const AppKeyRequest& request, Timestamp lease_end);
    /// False if it is not pending any more.
    bool renew(const Uuid& id, Timestamp lease_end);

    struct End {
        AppKeyState state = AppKeyState::kFailed;
        std::string reason = {};
        std::optional<std::string> api_key = std::nullopt;  ///< for kGranted
        Timestamp time{};
    };
    bool end(const Uuid& id, const End& end);
    /// Requests for which nobody waits any more have expired.
    void expire_lost(Timestamp now);

    std::optional<AppKeyRequest> find(const Uuid& id);
    struct Granted {
        AppKeyRequest request;
        std::string api_key;
    };
    /// nullopt if no key was granted, or a printer has it already.
    std::optional<Granted> unused(const Uuid& id);
    /// The printer has the key now, so it is removed here.
    void note_stored(const Uuid& id, const Uuid& printer);

    /// Removes requests that were made before `oldest`, with their keys.
    void clean(Timestamp oldest);

  private:
    Database& database_;
};

}  // namespace karmen::storage
