#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"
#include "domain/printer.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace karmen {

/// What became of a request for an application key. All but kPending are final.
enum class AppKeyState {
    kPending,  ///< a person has to allow it at the printer
    kGranted,
    kDenied,
    kExpired,  ///< nobody decided in time, or Karmen could not wait any longer
    kFailed,   ///< the printer could not be asked
};
template <>
struct Words<AppKeyState> {
    using enum AppKeyState;
    static constexpr std::array words{
        std::pair{kPending, std::string_view("pending")}, std::pair{kGranted, std::string_view("granted")},
        std::pair{kDenied, std::string_view("denied")}, std::pair{kExpired, std::string_view("expired")},
        std::pair{kFailed, std::string_view("failed")}};
};

/// Karmen asks a printer for a key of its own, so that nobody has to copy one. The key itself is not here: it is
/// secret.
struct AppKeyRequest {
    Uuid id;
    std::string host;  ///< as normalized_printer_host() returns it
    Protocol protocol = Protocol::kHttp;
    std::string tls_fingerprint;
    std::optional<Uuid> printer;  ///< that is stored, and that gets the key
    AppKeyState state = AppKeyState::kPending;
    std::string reason;
    bool is_stored = false;  ///< a printer has the key now
    Timestamp created{};
    std::optional<Timestamp> ended;
    bool operator==(const AppKeyRequest&) const = default;
};
template <>
struct Description<AppKeyRequest> {
    using T = AppKeyRequest;
    static constexpr std::string_view name = "AppKeyRequest";
    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{"host", &T::host},
        Member{"protocol", &T::protocol},
        Member{"printer_id", &T::printer, "The printer that gets the key; null: there is none at this address yet"},
        Member{"state", &T::state,
               "pending: a person has to allow it in the printer's own page; expired: nobody decided in time, or "
               "Karmen was "
               "restarted meanwhile; failed: the printer could not be asked"},
        Member{"reason", &T::reason, "Why, for people", IfEmpty::kNull},
        Member{"stored", &T::is_stored,
               "A printer has the key. If it was granted and is not stored: POST /printers with `appkey` uses it"},
        Member{"created", &T::created},
        Member{"ended", &T::ended},
    };
};

}  // namespace karmen
