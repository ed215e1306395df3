#pragma once

#include "domain/printer.hpp"
#include "net/http_message.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace karmen::printers {

/// What answers at an address, as it says itself without a key. All texts are valid UTF-8 of at most 255 bytes.
struct FoundServer {
    std::string kind;           ///< word for programs: `octoprint`
    std::string title;          ///< for people: `OctoPrint`
    bool is_supported = false;  ///< Karmen speaks its protocol
    bool wants_key = false;
    ServerVersion version;  ///< empty if it does not say without a key
    std::string name;       ///< what the printer is called; empty if it does not say
    bool operator==(const FoundServer&) const = default;
};

/// One way to recognize a kind of server.
struct ServerKind {
    std::string_view name;
    std::string_view title;
    std::string_view path;  ///< GET, without a key
    /// Whether this answer is that of the kind; then it fills in what it says.
    bool (*recognizes)(const net::HttpResponse& answer, FoundServer& found);
    bool is_supported = false;  ///< printers/dialects has an implementation
};

/// The table of all kinds, in the order in which they must be asked for: some imitate others. Kinds with several rows
/// are recognized in several ways.
std::span<const ServerKind> server_kinds();

/// By the answer to one request; nullopt if it is of no kind.
std::optional<FoundServer> recognize(std::string_view path, const net::HttpResponse& answer);

}  // namespace karmen::printers
