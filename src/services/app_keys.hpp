#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/app_key.hpp"
#include "printers/octoprint/app_keys.hpp"
#include "runtime/pool.hpp"
#include "runtime/task_group.hpp"
#include "services/printers.hpp"
#include "storage/tables/app_key_repository.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace karmen::services {

/// Asks printers for keys, which people allow there. The requests are in the database, so that every process can tell
/// of them; the process that began one waits for its end. Loop only; owned by the composition root.
class AppKeys {
  public:
    struct Dependencies {
        storage::AppKeyRepository& requests;
        printers::octoprint::AppKeys& client;
        Printers& printers;
        Pool& blocking;
        const Clock& clock;
        Log& log;
    };
    struct Options {
        std::chrono::milliseconds patience{300'000};
        std::chrono::milliseconds retention{86'400'000};  ///< of requests, and of granted keys that nobody used
        std::chrono::milliseconds poll_interval{1'000};
        std::size_t running_max = 32;
    };
    AppKeys(Executor loop, Dependencies dependencies, Options options);

    struct Where {
        std::string host;  ///< id or address of a stored printer, or another address
        std::optional<Protocol> protocol;
        std::string tls_fingerprint;
    };
    /// The settings of a stored printer go before those in `where`. Throws Error: kPrinterNotFound for an id,
    /// kOverloaded.
    Awaitable<AppKeyRequest> begin(Where where);
    /// Throws Error(kAppKeyNotFound).
    Awaitable<AppKeyRequest> find(std::string_view id);

    using Granted = storage::AppKeyRepository::Granted;
    /// nullopt if no key was granted for this id, or a printer has it already.
    Awaitable<std::optional<Granted>> unused(std::string_view id);
    Awaitable<void> note_stored(Uuid id, Uuid printer);

    /// What is still waited for has expired then.
    Awaitable<void> stop();

  private:
    Awaitable<AppKeyRequest> make(Where where);
    Awaitable<void> wait_for(AppKeyRequest request);
    Awaitable<void> try_to_get(AppKeyRequest request);
    Awaitable<void> grant(AppKeyRequest request, std::string api_key);
    Awaitable<void> end(Uuid id, AppKeyState state, std::string reason);

    Dependencies with_;
    Options options_;
    std::set<Uuid> running_;
    TaskGroup tasks_;
};

}  // namespace karmen::services
