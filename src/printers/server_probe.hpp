#pragma once

#include "base/described.hpp"
#include "net/http_client.hpp"
#include "printers/printer_api.hpp"
#include "printers/server_kinds.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace karmen::printers {

/// What an API key is worth.
enum class KeyState {
    kNotNeeded,   ///< the server does everything without one
    kMissing,     ///< the server wants one
    kWrong,       ///< it does not know it
    kLacksRight,  ///< its user may not do everything that Karmen does
    kGood,
    kUnchecked,  ///< the server did not say, or Karmen does not speak its protocol yet
};

}  // namespace karmen::printers

namespace karmen {

template <>
struct Words<printers::KeyState> {
    using enum printers::KeyState;
    static constexpr std::array words{std::pair{kNotNeeded, std::string_view("not_needed")},
                                      std::pair{kMissing, std::string_view("missing")},
                                      std::pair{kWrong, std::string_view("wrong")},
                                      std::pair{kLacksRight, std::string_view("lacks_right")},
                                      std::pair{kGood, std::string_view("good")},
                                      std::pair{kUnchecked, std::string_view("unchecked")}};
};

}  // namespace karmen

namespace karmen::printers {

/// What can be known of a server before it is stored as a printer.
struct Probe {
    std::optional<FoundServer> server;
    PrinterStatus problem = not_responding();  ///< why none was found; meaningless if there is one
    KeyState key = KeyState::kUnchecked;
    std::string key_user;                     ///< whose key it is; empty if that is not known
    std::vector<std::string> missing_rights;  ///< as the server calls them; for kLacksRight
    std::optional<Webcam> webcam;             ///< nullopt if it was not asked
};

/// Finds out what answers at an address. Nothing that is stored takes part: the only key that is ever sent is the one
/// in the address. Every fault is a value; a cancel throws operation_aborted. Owned by the composition root. Loop only.
class ServerProbe {
  public:
    struct Options {
        std::chrono::milliseconds connect_timeout{1'000};
        std::chrono::milliseconds deadline{5'000};  ///< of a sniff; a probe may take twice that
        std::size_t answer_bytes_max = 64UL << 10;
    };

    /// `api`: the dialects of all printers.
    ServerProbe(net::HttpClient& http, PrinterApi& api, Options options);

    /// Without a key, also if the address has one.
    Awaitable<std::expected<FoundServer, PrinterStatus>> sniff(PrinterAddress address);
    /// The same, then what the key may do, and the webcam.
    Awaitable<Probe> probe(PrinterAddress address);

  private:
    using Sniffed = std::expected<FoundServer, PrinterStatus>;

    Awaitable<Sniffed> ask_for_all_kinds(PrinterAddress address);
    Awaitable<void> check_key(PrinterAddress address, Probe& probe);
    Awaitable<net::HttpResult> get(const PrinterAddress& address, std::string_view path);

    net::HttpClient& http_;
    PrinterApi& api_;
    Options options_;
};

}  // namespace karmen::printers
