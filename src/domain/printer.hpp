#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace karmen {

/// How much a printer's server lets us do.
enum class AccessLevel {
    kUnknown,    ///< not asked yet, or it does not speak a protocol that Karmen knows
    kUnlocked,   ///< reads and commands
    kReadOnly,   ///< reads only, a key is needed for commands
    kProtected,  ///< nothing without a (better) key
};
template <>
struct Words<AccessLevel> {
    static constexpr std::array words{std::pair{AccessLevel::kUnlocked, std::string_view("unlocked")},
                                      std::pair{AccessLevel::kReadOnly, std::string_view("read_only")},
                                      std::pair{AccessLevel::kProtected, std::string_view("protected")},
                                      std::pair{AccessLevel::kUnknown, std::string_view("unknown")}};
};
/// Also reads `uknown`, as old databases spell it. Anything else: kUnknown.
AccessLevel parse_access_level(std::string_view text);

/// What a printer's server says of itself at /api/version; all empty when it never answered.
struct ServerVersion {
    std::string api;
    std::string server;
    std::string text;
    bool operator==(const ServerVersion&) const = default;
};
template <>
struct Description<ServerVersion> {
    using T = ServerVersion;
    static constexpr std::string_view text = "What the server says of itself; empty when it never answered";
    static constexpr std::tuple members{Member{.name = "api", .pointer = &T::api, .if_empty = IfEmpty::kOmit},
                                        Member{.name = "server", .pointer = &T::server, .if_empty = IfEmpty::kOmit},
                                        Member{.name = "text", .pointer = &T::text, .if_empty = IfEmpty::kOmit}};
};

/// Moonraker can imitate OctoPrint, but does not answer everything that Karmen asks.
bool is_moonraker(const ServerVersion& version);
inline constexpr std::string_view kMoonrakerHint =
    "This is Moonraker, which only imitates OctoPrint. Karmen does not speak Moonraker's own protocol yet";

/// The dialect of OctoPrint's REST API, as it is stored and shown.
inline constexpr std::string_view kOctoPrintDialect = "octoprint";

/// What Karmen knows of the server in front of a printer. Persisted when it changes.
struct PrinterClient {
    std::string name{kOctoPrintDialect};  ///< the dialect that it speaks
    ServerVersion version;
    bool connected = false;
    AccessLevel access_level = AccessLevel::kUnknown;
    std::optional<std::string> api_key;
    bool operator==(const PrinterClient&) const = default;
};
/// Without the name, which has a column of its own.
template <>
struct Description<PrinterClient> {
    using T = PrinterClient;
    static constexpr std::tuple members{Member{"version", &T::version}, Member{"connected", &T::connected},
                                        Member{"access_level", &T::access_level}, Member{"api_key", &T::api_key}};
};

/// `ab****`: shows the first two characters, or only `*` if the key is shorter than eight.
std::optional<std::string> masked_api_key(const std::optional<std::string>& api_key);

enum class Protocol { kHttp, kHttps };
template <>
struct Words<Protocol> {
    static constexpr std::array words{std::pair{Protocol::kHttp, std::string_view("http")},
                                      std::pair{Protocol::kHttps, std::string_view("https")}};
};

using PropValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
/// filament_type, filament_color, bed_type, tool0_diameter: notes of people, not read from the printer.
using PrinterProps = std::map<std::string, PropValue, std::less<>>;
bool is_known_prop(std::string_view name);

struct Printer {
    Uuid id = Uuid::random();  ///< never changes
    std::string host;          ///< as normalized_printer_host() returns it; one printer for each
    std::string name;
    std::string hostname;  ///< what mDNS calls it; empty when unknown
    Protocol protocol = Protocol::kHttp;
    /// Fingerprint of the one certificate that is trusted for https, as parse_tls_fingerprint() returns it; if empty,
    /// the authorities of this machine decide.
    std::string tls_fingerprint = {};
    PrinterClient client = {};
    std::optional<PrinterProps> props = std::nullopt;
    bool operator==(const Printer&) const = default;
};

inline constexpr std::size_t kPrinterNameMaxCharacters = 255;
inline constexpr std::size_t kPrinterApiKeyBytesMax = 256;

/// What is wrong with it, as words that follow the member's name; empty if it is right.
std::string_view printer_name_problem(std::string_view name);
/// The same. An empty key is right: it means no key.
std::string_view printer_api_key_problem(std::string_view api_key);

/// The SHA-256 of a certificate as 64 lower-case hexadecimal digits. Accepts upper case, and colons between pairs, as
/// openssl prints it. nullopt for any other text.
std::optional<std::string> parse_tls_fingerprint(std::string_view text);
inline constexpr std::string_view kTlsFingerprintForm =
    "must be the SHA-256 of a certificate: 64 hexadecimal digits, with colons between pairs or without";

/// What a printer is doing, as Karmen sees it. Protocol clients derive it from flags, never from texts, because plugins
/// may translate these.
enum class PrinterState {
    kNotResponding,  ///< not asked yet, or it does not answer for an unknown reason
    kUnreachable,    ///< the connection is refused or breaks off, there is no route, or a proxy answers in its place
    kTimeout,        ///< no answer in time
    kDns,            ///< its name has no address
    kTls,            ///< no encrypted connection, for example because its certificate is not trusted
    kKeyMissing,     ///< it wants an API key, but none is configured
    kKeyWrong,       ///< it does not know the API key
    kKeyLacksRight,  ///< it knows the API key, but its user may not see the printer
    kOtherServer,    ///< something else answers there
    kInvalidData,    ///< an answer that is not what the protocol promises
    kNotConnected,   ///< the server answers, but it has no connection to the printer
    kOffline,
    kConnecting,
    kOperational,
    kStarting,
    kPrinting,
    kPausing,
    kPaused,
    kResuming,
    kCancelling,
    kFinishing,
    kError,
    kBusy,  ///< connected, but doing something that Karmen does not know
};

/// A print has begun and not ended; it may be paused.
bool has_active_print(PrinterState state);
/// The server answers but has no connection to its printer, so `connect` makes sense.
bool needs_connect(PrinterState state);
/// The server says what its printer does.
bool is_responding(PrinterState state);
/// A short state that changes by itself.
bool is_passing(PrinterState state);

/// For messages between processes.
template <>
struct Words<PrinterState> {
    static constexpr std::array words{std::pair{PrinterState::kNotResponding, std::string_view("not_responding")},
                                      std::pair{PrinterState::kUnreachable, std::string_view("unreachable")},
                                      std::pair{PrinterState::kTimeout, std::string_view("timeout")},
                                      std::pair{PrinterState::kDns, std::string_view("dns")},
                                      std::pair{PrinterState::kTls, std::string_view("tls")},
                                      std::pair{PrinterState::kKeyMissing, std::string_view("key_missing")},
                                      std::pair{PrinterState::kKeyWrong, std::string_view("key_wrong")},
                                      std::pair{PrinterState::kKeyLacksRight, std::string_view("key_lacks_right")},
                                      std::pair{PrinterState::kOtherServer, std::string_view("other_server")},
                                      std::pair{PrinterState::kInvalidData, std::string_view("invalid_data")},
                                      std::pair{PrinterState::kNotConnected, std::string_view("not_connected")},
                                      std::pair{PrinterState::kOffline, std::string_view("offline")},
                                      std::pair{PrinterState::kConnecting, std::string_view("connecting")},
                                      std::pair{PrinterState::kOperational, std::string_view("operational")},
                                      std::pair{PrinterState::kStarting, std::string_view("starting")},
                                      std::pair{PrinterState::kPrinting, std::string_view("printing")},
                                      std::pair{PrinterState::kPausing, std::string_view("pausing")},
                                      std::pair{PrinterState::kPaused, std::string_view("paused")},
                                      std::pair{PrinterState::kResuming, std::string_view("resuming")},
                                      std::pair{PrinterState::kCancelling, std::string_view("cancelling")},
                                      std::pair{PrinterState::kFinishing, std::string_view("finishing")},
                                      std::pair{PrinterState::kError, std::string_view("error")},
                                      std::pair{PrinterState::kBusy, std::string_view("busy")}};
};
/// The word for clients of the API, `status.code`; several states share a word.
std::string_view status_code(PrinterState state);

/// °C. A printer that has just connected may not know them yet.
struct Temperature {
    std::optional<double> actual;
    std::optional<double> target;
    std::optional<double> offset;
    bool operator==(const Temperature&) const = default;
};
template <>
struct Description<Temperature> {
    using T = Temperature;
    static constexpr std::tuple members{Member{"actual", &T::actual}, Member{"target", &T::target},
                                        Member{.name = "offset", .pointer = &T::offset, .if_empty = IfEmpty::kOmit}};
};

struct PrinterStatus {
    PrinterState state = PrinterState::kNotResponding;
    std::string text;  ///< shown to people: the printer's own words, or one of Karmen's (kNotRespondingText …)
    std::map<std::string, Temperature> temperature;  ///< by heater: `tool0`, `bed`, `chamber`
    std::string reason = {};  ///< why it is in that state, in a sentence; empty if the state says all
    bool operator==(const PrinterStatus&) const = default;
};
template <>
struct Description<PrinterStatus> {
    using T = PrinterStatus;
    static constexpr std::tuple members{Member{"state", &T::state}, Member{"text", &T::text},
                                        Member{"temperature", &T::temperature},
                                        Member{.name = "reason", .pointer = &T::reason, .if_empty = IfEmpty::kOmit}};
};

/// The text and the reason, for messages about a printer that cannot do what is asked of it.
std::string describe(const PrinterStatus& status);

inline constexpr std::string_view kNotRespondingText = "Printer is not responding";
inline constexpr std::string_view kNotConnectedText = "Printer is not connected to Octoprint";
inline constexpr std::string_view kInvalidDataText = "Printer is responding with invalid data";

/// A status with this state and the text for printers that do not respond.
PrinterStatus not_responding(PrinterState why = PrinterState::kNotResponding, std::string reason = {});
PrinterStatus not_connected();
PrinterStatus invalid_data();

/// The print that runs, or the last one as long as the printer remembers it.
struct PrinterJob {
    std::optional<std::string> name;
    std::optional<double> completion;  ///< percent, 0–100
    std::optional<std::int64_t> print_time_left_s;
    std::optional<std::int64_t> print_time_s;
    bool operator==(const PrinterJob&) const = default;
};
template <>
struct Description<PrinterJob> {
    using T = PrinterJob;
    static constexpr std::string_view name = "PrinterJob";
    static constexpr std::string_view text = "Empty when nothing is printed";
    static constexpr std::tuple members{Member{"name", &T::name}, Member{"completion", &T::completion, "Percent"},
                                        Member{"printTimeLeft", &T::print_time_left_s, "Seconds"},
                                        Member{"printTime", &T::print_time_s, "Seconds"}};
};

/// The file that a printer prints, or that it still has selected.
struct PrinterFile {
    std::string path;
    std::optional<std::int64_t> size_bytes;
    bool is_printed = false;  ///< the print that it was selected for has ended as it should
    bool operator==(const PrinterFile&) const = default;
};
template <>
struct Description<PrinterFile> {
    using T = PrinterFile;
    static constexpr std::tuple members{Member{"path", &T::path}, Member{"size_bytes", &T::size_bytes},
                                        Member{"is_printed", &T::is_printed}};
};

/// What a printer remembers of a file that it stores. Times are by the printer's clock.
struct FileRecord {
    struct Print {
        Timestamp ended;
        bool is_success = false;
        bool operator==(const Print&) const = default;
    };
    bool is_there = false;
    Timestamp came{};  ///< meaningless if it is not there
    std::optional<Print> last_print;
    bool operator==(const FileRecord&) const = default;
};

/// User and password for a camera. Sent to that camera only: never shown, never logged. Other processes get them over
/// Redis, which is Karmen's own, because they ask the camera, too.
struct Credentials {
    std::string user;
    std::string password;
    bool operator==(const Credentials&) const = default;
};
template <>
struct Description<Credentials> {
    using T = Credentials;
    static constexpr std::tuple members{Member{"user", &T::user}, Member{"password", &T::password}};
};

/// Where a camera gives its pictures.
struct CameraAddress {
    std::string url;  ///< absolute, without user and password
    std::optional<Credentials> credentials = std::nullopt;
    std::string tls_fingerprint = {};  ///< the printer's fingerprint if the camera is on the printer's host
    bool operator==(const CameraAddress&) const = default;
};
template <>
struct Description<CameraAddress> {
    using T = CameraAddress;
    static constexpr std::tuple members{
        Member{"url", &T::url}, Member{.name = "credentials", .pointer = &T::credentials, .if_empty = IfEmpty::kOmit},
        Member{.name = "tls_fingerprint", .pointer = &T::tls_fingerprint, .if_empty = IfEmpty::kOmit}};
};

struct WebcamStream {
    CameraAddress address;  ///< of an MJPEG stream, or of a single picture that is fetched again and again
    bool flip_horizontal = false;
    bool flip_vertical = false;
    bool rotate_90 = false;
    bool operator==(const WebcamStream&) const = default;
};
template <>
struct Description<WebcamStream> {
    using T = WebcamStream;
    static constexpr std::tuple members{Member{"address", &T::address}, Member{"flip_horizontal", &T::flip_horizontal},
                                        Member{"flip_vertical", &T::flip_vertical}, Member{"rotate_90", &T::rotate_90}};
};

struct Webcam {
    std::string message;  ///< `OK`, or why there is no stream
    std::optional<WebcamStream> stream;
    std::string reason = {};  ///< why there is no stream, in a sentence; empty if `message` says all
    bool operator==(const Webcam&) const = default;
};
template <>
struct Description<Webcam> {
    using T = Webcam;
    static constexpr std::tuple members{Member{"message", &T::message},
                                        Member{.name = "stream", .pointer = &T::stream, .if_empty = IfEmpty::kOmit},
                                        Member{.name = "reason", .pointer = &T::reason, .if_empty = IfEmpty::kOmit}};
};

inline constexpr std::string_view kWebcamOk = "OK";
inline constexpr std::string_view kWebcamDisabled = "Stream disabled in octoprint";
inline constexpr std::string_view kWebcamNotAccessible = "Stream not accessible";
inline constexpr std::string_view kWebcamInvalidData = "Cannot decode JSON";

}  // namespace karmen
