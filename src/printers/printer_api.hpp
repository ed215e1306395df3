#pragma once

#include "base/file_descriptor.hpp"
#include "domain/printer.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers {

/// The address of a printer's server, and the access to it.
struct PrinterAddress {
    std::string host;  ///< as in domain/printer.hpp: name, perhaps port and path
    Protocol protocol = Protocol::kHttp;
    std::optional<std::string> api_key;
    std::string hostname = {};               ///< what mDNS calls it; empty when unknown
    std::string tls_fingerprint = {};        ///< as in domain/printer.hpp
    std::string dialect{kOctoPrintDialect};  ///< what its server speaks; printers/dialects knows which there are
};

/// An answer, and the access level that the call showed; nullopt if it showed none. With an API key, a success means
/// kUnlocked (for a query: at least kReadOnly), and a refusal for lack of rights means kProtected. A command that is
/// refused although queries are answered means kReadOnly. The caller stores the level if it has changed.
template <class T>
struct Observed {
    T value;
    std::optional<AccessLevel> access_level;
};

/// The result of sniffing an address.
struct SniffedServer {
    ServerVersion version;
    bool connected = false;
    AccessLevel access_level = AccessLevel::kUnknown;
    PrinterStatus obstacle = not_responding();  ///< why it is not connected; meaningless if it is connected
    bool operator==(const SniffedServer&) const = default;
};

struct JobReport {
    bool responded = false;
    std::optional<PrinterJob> job;         ///< nullopt if nothing is printing
    std::optional<PrinterFile> file = {};  ///< that is printed, or still selected
    bool operator==(const JobReport&) const = default;
};

/// A paused print is not paused again, and a running one is not resumed. kToggle first asks what the printer does.
enum class JobCommand { kCancel, kStart, kPause, kResume, kToggle };

struct CommandOutcome {
    enum class Result {
        kDone,         ///< accepted, or already in that state; printers act later than they answer
        kRefused,      ///< the printer answered no
        kUnreachable,  ///< no answer, or a senseless one: the command may have been executed or not
    };
    Result result;
    std::string reason;  ///< for people, unless the result is kDone; valid UTF-8, at most 255 bytes
    bool operator==(const CommandOutcome&) const = default;
};

/// A file to be printed. The first `size` bytes of `file` are sent.
struct PrintFile {
    FileDescriptor file;
    std::uint64_t size = 0;
    std::string folder;  ///< below the folder `karmen` on the printer; may be empty
    std::string name;
};

/// The steps of a print, told before they are done, so that the caller can write them down. What these throw ends the
/// print before that step, and leaves PrinterApi::print.
class PrintSteps {
  public:
    virtual ~PrintSteps() = default;
    /// The first byte is due. `path` is where the printer will store the file, `before` what it remembers of the former
    /// file there; nullopt if it does not say.
    virtual Awaitable<void> on_sending(std::string path, std::optional<FileRecord> before) = 0;
    /// The last byte is due, after which the printer may begin at any moment.
    virtual Awaitable<void> on_starting() = 0;
};

struct PrintOutcome {
    enum class Result {
        kStarted,
        kStoredOnly,  ///< the printer has the file but did not start: busy or not connected
        kBusy,        ///< the printer prints that file already, or is receiving another one
        kRefused,     ///< the printer answered no
        kFailed,      ///< it does not print
        kUnknown,     ///< it received the whole file, but does not say whether it prints
    };
    Result result;
    std::string reason;     ///< as in CommandOutcome
    std::string path = {};  ///< where the printer says that it stored the file; empty if it does not say
    bool operator==(const PrintOutcome&) const = default;
};

/// The protocol of one kind of printer server. Every fault of a printer is a value of the result; a cancel throws
/// operation_aborted. Each call has its own time limit. Loop only; outlives its calls.
class PrinterApi {
  public:
    virtual ~PrinterApi() = default;

    /// Whether a server of this protocol answers there, and what it lets us do.
    virtual Awaitable<SniffedServer> sniff(PrinterAddress address) = 0;
    virtual Awaitable<Observed<PrinterStatus>> status(PrinterAddress address) = 0;
    virtual Awaitable<Observed<Webcam>> webcam(PrinterAddress address) = 0;
    virtual Awaitable<Observed<JobReport>> job(PrinterAddress address) = 0;
    /// What the printer remembers of a stored file; nullopt if it does not say.
    virtual Awaitable<std::optional<FileRecord>> file_record(PrinterAddress address, std::string path) = 0;

    /// Changes the server's connection to its printer. Asks first, and does nothing if it is in that state already.
    virtual Awaitable<Observed<CommandOutcome>> connect(PrinterAddress address) = 0;
    virtual Awaitable<Observed<CommandOutcome>> disconnect(PrinterAddress address) = 0;
    /// `start` without a selected file is accepted by OctoPrint and does nothing.
    virtual Awaitable<Observed<CommandOutcome>> command_job(PrinterAddress address, JobCommand command) = 0;

    /// Sends the file and starts it. If the answer does not come, or does not say whether the printer prints, the
    /// printer is asked. REQUIRES: the caller has checked that it is operational; `steps` outlives the call. Also
    /// throws Error(kOverloaded) if the blocking pool is full.
    virtual Awaitable<Observed<PrintOutcome>> print(PrinterAddress address, PrintFile file, PrintSteps& steps) = 0;
};

/// The name or address in a printer's `host`, as in a URL; empty if `host` is malformed.
std::string host_name_of(std::string_view host);

/// Whether `url` is an http or https address on the printer's own `host` (with any port and path). No name is resolved.
bool is_on_host(std::string_view url, std::string_view host);

}  // namespace karmen::printers
