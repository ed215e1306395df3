#pragma once

#include "base/file_descriptor.hpp"
#include "domain/printer.hpp"
#include "runtime/awaitable.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::printers {

/// Where a printer's server is and how it lets us in.
struct PrinterAddress {
    std::string host;  ///< `a.b.c.d` or `a.b.c.d:port`
    Protocol protocol = Protocol::kHttp;
    std::optional<std::string> api_key;
    std::string hostname = {};         ///< what mDNS calls it; empty when unknown
    std::string tls_fingerprint = {};  ///< as in domain/printer.hpp
};

/// An answer and what the call showed of our access; none when it showed nothing. With an API key a success means
/// kUnlocked (of a question: at least kReadOnly) and a refusal for lack of rights kProtected; a command that is refused
/// where questions are answered means kReadOnly. The caller persists it when it differs from what is known.
template <class T>
struct Observed {
    T value;
    std::optional<AccessLevel> access_level;
};

/// What a look at an address told.
struct SniffedServer {
    ServerVersion version;
    bool connected = false;
    AccessLevel access_level = AccessLevel::kUnknown;
    PrinterStatus obstacle = not_responding();  ///< why it is not connected; of one that is connected it says nothing
    bool operator==(const SniffedServer&) const = default;
};

struct JobReport {
    bool responded = false;
    std::optional<PrinterJob> job;  ///< none: nothing is printing
    bool operator==(const JobReport&) const = default;
};

/// A print that is paused is not paused again, nor one that runs resumed. kToggle asks what the printer does first.
enum class JobCommand { kCancel, kStart, kPause, kResume, kToggle };

struct CommandOutcome {
    enum class Result {
        kDone,         ///< accepted, or already so; printers act later than they answer
        kRefused,      ///< the printer answered no
        kUnreachable,  ///< no answer, or none that makes sense: it may have happened or not
    };
    Result result;
    std::string reason;  ///< for people, of anything but kDone; valid UTF-8, at most 255 bytes
    bool operator==(const CommandOutcome&) const = default;
};

/// A file to be printed. The first `size` bytes of `file` are sent.
struct PrintFile {
    FileDescriptor file;
    std::uint64_t size = 0;
    std::string folder;  ///< below the folder `karmen` on the printer; may be empty
    std::string name;
};

struct PrintOutcome {
    enum class Result {
        kStarted,
        kStoredOnly,  ///< the printer has the file but did not start: busy or not connected
        kBusy,        ///< the printer prints that file already, or gets another one at the moment
        kRefused,     ///< the printer answered no
        kFailed,      ///< it does not print
        kUnknown,     ///< it had the whole file, and tells no more: it may print
    };
    Result result;
    std::string reason;  ///< as in CommandOutcome
    bool operator==(const PrintOutcome&) const = default;
};

/// The protocol of one kind of printer server. All that a printer can do wrong is a value of the result; a cancel
/// throws operation_aborted. Each call has its own time limit. Loop only; outlives its calls.
class PrinterApi {
  public:
    virtual ~PrinterApi() = default;

    /// Is that a server of this protocol, and what does it let us do?
    virtual Awaitable<SniffedServer> sniff(PrinterAddress address) = 0;
    virtual Awaitable<Observed<PrinterStatus>> status(PrinterAddress address) = 0;
    virtual Awaitable<Observed<Webcam>> webcam(PrinterAddress address) = 0;
    virtual Awaitable<Observed<JobReport>> job(PrinterAddress address) = 0;

    /// The server's connection to its printer. Asks first: done when it is so already.
    virtual Awaitable<Observed<CommandOutcome>> connect(PrinterAddress address) = 0;
    virtual Awaitable<Observed<CommandOutcome>> disconnect(PrinterAddress address) = 0;
    /// `start` without a selected file is accepted by OctoPrint and does nothing.
    virtual Awaitable<Observed<CommandOutcome>> command_job(PrinterAddress address, JobCommand command) = 0;

    /// Sends the file and starts it. A printer whose answer does not come, or does not tell whether it prints, is asked
    /// for that. Whether it is operational is for the caller to see before. Also throws Error(kOverloaded), when the
    /// blocking pool is full.
    virtual Awaitable<Observed<PrintOutcome>> print(PrinterAddress address, PrintFile file) = 0;
};

/// Whether a connection to `url` would reach the printer at `host` itself (on any port), and by http or https.
bool is_on_host(std::string_view url, std::string_view host);

}  // namespace karmen::printers
