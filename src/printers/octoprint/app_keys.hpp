#pragma once

#include "net/http_client.hpp"
#include "printers/printer_api.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace karmen::printers::octoprint {

/// What OctoPrint answers when it is asked whether a person has decided.
struct AppKeyAnswer {
    enum class State {
        kPending,
        kGranted,
        kGone,     ///< denied, or forgotten because nobody asked for it for some seconds
        kUnclear,  ///< no answer, or a senseless one
    };
    State state = State::kUnclear;
    std::string api_key = {};  ///< for kGranted; a secret
};

/// OctoPrint's workflow of application keys (plugin appkeys): a program asks for a key, a person allows it in
/// OctoPrint's page, and the program, which has to ask again and again meanwhile, gets it. Needs no key itself. Every
/// fault is a value; a cancel throws operation_aborted. Owned by the composition root. Loop only.
class AppKeys {
  public:
    struct Options {
        std::chrono::milliseconds connect_timeout{1'000};
        std::chrono::milliseconds answer_timeout{3'000};  ///< below the time after which OctoPrint forgets a request
        std::size_t answer_bytes_max = 64UL << 10;
    };

    AppKeys(net::HttpClient& http, Options options) : http_(http), options_(options) {}

    /// Returns the token of the request, or why there is none, in a sentence.
    Awaitable<std::expected<std::string, std::string>> request(PrinterAddress address, std::string app);
    Awaitable<AppKeyAnswer> poll(PrinterAddress address, std::string token);

  private:
    net::HttpRequest request_to(const PrinterAddress& address, std::string_view path) const;

    net::HttpClient& http_;
    Options options_;
};

}  // namespace karmen::printers::octoprint
