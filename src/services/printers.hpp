#pragma once

#include "base/log.hpp"
#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/tables/printer_repository.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace karmen::services {

/// Which live facts a caller asks for beside the stored ones.
struct PrinterFields {
    bool status = false;
    bool webcam = false;
    bool job = false;

    bool any() const { return status || webcam || job; }
    static PrinterFields all() { return {true, true, true}; }
};

struct PrinterView {
    Printer printer;
    PrinterFields fields;
    PrinterSnapshot snapshot;  ///< empty when no live fact was asked for
};

struct NewPrinter {
    std::string host;
    std::string name;
    std::optional<std::string> api_key;
    Protocol protocol = Protocol::kHttp;
    std::string tls_fingerprint;  ///< in the form of parse_tls_fingerprint(); empty: none
};

/// What is set is changed. An empty api_key or tls_fingerprint removes it; props are merged into the ones that are
/// there.
struct PrinterChange {
    std::optional<std::string> host = std::nullopt;
    std::optional<std::string> name;
    std::optional<Protocol> protocol;
    std::optional<std::string> api_key;
    std::optional<std::string> tls_fingerprint;
    PrinterProps props;

    bool is_empty() const { return !name && !reaches_otherwise() && props.empty(); }
    /// The printer's server may answer otherwise after it.
    bool reaches_otherwise() const { return host || protocol || api_key || tls_fingerprint; }
};

/// Whether this process looks after a printer. Several workers share them out.
using LooksAfter = std::function<bool(const std::string& host)>;

/// The list of printers, and what they are doing. Loop only.
class Printers {
  public:
    struct Dependencies {
        storage::PrinterRepository& printers;
        printers::PrinterApi& client;
        fleet::PrinterMonitor& monitor;
        fleet::PrinterExchange& exchange;
        Pool& blocking;
        events::ChangeListener& changes;
    };
    explicit Printers(Dependencies dependencies, LooksAfter looks_after = [](const std::string&) { return true; });

    /// Begins to watch all printers that are stored.
    Awaitable<void> start();

    /// Notices what others, such as the command line, changed in the table of printers, and which of them this process
    /// looks after now.
    Awaitable<void> refresh();
    /// The same again and again, until it is cancelled. For a task group, which ends before `log` and this object.
    Awaitable<void> refresh_regularly(std::chrono::milliseconds interval, Log& log);

    /// By name, then host. Answers within the monitor's deadline, however many printers hang.
    Awaitable<std::vector<PrinterView>> list(PrinterFields fields);

    /// Throws Error(kPrinterNotFound).
    Awaitable<PrinterView> find(std::string host, PrinterFields fields);
    Awaitable<Printer> require(std::string host);

    /// Looks at the printer before it is stored; one that does not answer is stored as not connected. Throws
    /// Error(kConflict) for a host that is there already.
    Awaitable<PrinterView> add(NewPrinter printer);

    /// A change of nothing is the printer as it is. Throws Error: kPrinterNotFound, kConflict if another printer is at
    /// the new address.
    Awaitable<PrinterView> change(std::string host, PrinterChange change);

    /// Throws Error(kPrinterNotFound).
    Awaitable<void> remove(std::string host);

  private:
    Awaitable<void> require_free(std::string host, std::optional<Uuid> except);
    Awaitable<PrinterView> view(Printer printer, PrinterFields fields);

    /// The printers are those that are stored and no others; tells of those that the command line has removed.
    void watch_exactly(const std::vector<Printer>& stored);

    /// All that are stored, with what this process itself changed.
    Awaitable<std::vector<Printer>> read_all();

    Dependencies with_;
    LooksAfter looks_after_;
    std::uint64_t changes_ = 0;  ///< own ones; what was read before the last of them is out of date
};

}  // namespace karmen::services
