#pragma once

#include "base/log.hpp"
#include "domain/list_query.hpp"
#include "domain/printer.hpp"
#include "fleet/printer_monitor.hpp"
#include "printers/printer_api.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/pool.hpp"
#include "storage/commit_number.hpp"
#include "storage/list_reader.hpp"
#include "storage/tables/printer_repository.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace karmen::services {

/// Which live data a caller wants in addition to the stored data.
struct PrinterFields {
    bool status = false;
    bool webcam = false;
    bool job = false;

    bool any() const { return status || webcam || job; }
    static PrinterFields all() { return {true, true, true}; }
};

/// Whose the print is that a printer shows.
struct ShownPrint {
    std::optional<std::int64_t> print_job;  ///< nullopt: it was started elsewhere
    bool operator==(const ShownPrint&) const = default;
};

struct PrinterView {
    Printer printer;
    PrinterFields fields;
    PrinterSnapshot snapshot;              ///< empty if no live data was asked for
    std::optional<ShownPrint> print = {};  ///< nullopt if nothing is printed, or nobody looked whose it is
};

/// All printers, in the order of the list, shared instead of copied: the same rows as long as they say the same.
struct PrinterList {
    std::shared_ptr<const std::vector<Printer>> printers;
    std::vector<fleet::KnownSnapshot> known;  ///< of each printer; empty if no live data was asked for
};

struct NewPrinter {
    std::string host;  ///< an address as parse_printer_host() takes it; its protocol is `protocol`
    std::string name;
    std::optional<std::string> api_key;
    Protocol protocol = Protocol::kHttp;
    std::string tls_fingerprint;  ///< as parse_tls_fingerprint() returns it; empty if there is none
};

/// Members that are set are changed. An empty api_key or tls_fingerprint removes it; props are merged into the existing
/// ones.
struct PrinterChange {
    std::optional<std::string> host = std::nullopt;  ///< as in NewPrinter
    std::optional<std::string> name;
    std::optional<Protocol> protocol;
    std::optional<std::string> api_key;
    std::optional<std::string> tls_fingerprint;
    PrinterProps props;

    bool is_empty() const { return !name && !reaches_otherwise() && props.empty(); }
    /// Whether the printer's server may answer differently after the change.
    bool reaches_otherwise() const { return host || protocol || api_key || tls_fingerprint; }
};

/// Whether this process checks a printer; several workers divide the printers among them.
using LooksAfter = std::function<bool(const std::string& host)>;

/// The list of printers, and what they are doing. Loop only.
class Printers {
  public:
    struct Dependencies {
        storage::PrinterRepository& printers;
        printers::PrinterApi& client;
        fleet::PrinterMonitor& monitor;
        fleet::PrinterExchange& exchange;
        storage::ListReader& lists;
        Pool& blocking;
        events::ChangeListener& changes;
        storage::CommitNumber commits = storage::no_commit_number;
    };
    explicit Printers(Dependencies dependencies, LooksAfter looks_after = [](const std::string&) { return true; });

    /// Begins to watch all printers that are stored.
    Awaitable<void> start();

    /// Takes over changes that others, such as the command line, made in the table of printers, and changes of this
    /// process's share.
    Awaitable<void> refresh();
    /// Repeats refresh() until it is cancelled. For a task group that ends before `log` and this object.
    Awaitable<void> refresh_regularly(std::chrono::milliseconds interval, Log& log);

    /// By name, then host. Shows what is known of the printers and never waits for them. Reads the rows only if
    /// something was committed since.
    Awaitable<PrinterList> known(PrinterFields fields);
    /// The same of a page, by name unless asked otherwise. Throws as ListReader, and Error(kInvalidInput) as lists do.
    Awaitable<Page<PrinterView>> page(ListQuery query, PrinterFields fields);

    /// Throws Error(kPrinterNotFound).
    Awaitable<PrinterView> find(std::string host, PrinterFields fields);
    Awaitable<Printer> require(std::string host);

    /// Sniffs the printer before it is stored; one that does not answer is stored as not connected. Throws
    /// Error(kConflict) for a host that is there already.
    Awaitable<PrinterView> add(NewPrinter printer);

    /// An empty change only returns the printer. Throws Error: kPrinterNotFound, kConflict if another printer is at the
    /// new address.
    Awaitable<PrinterView> change(std::string host, PrinterChange change);

    /// Throws Error(kPrinterNotFound).
    Awaitable<void> remove(std::string host);

  private:
    Awaitable<void> require_free(std::string host, std::optional<Uuid> except);
    Awaitable<PrinterView> view(Printer printer, PrinterFields fields);

    /// Replaces the watched set by the stored printers; reports printers that the command line has removed.
    using Rows = std::shared_ptr<const std::vector<Printer>>;
    void watch_exactly(const Rows& stored);

    /// All stored printers, including changes that this process makes meanwhile.
    Awaitable<Rows> read_all();

    Dependencies with_;
    LooksAfter looks_after_;
    std::uint64_t changes_ = 0;  ///< of this process; rows that were read before the last change are out of date
    Rows rows_ = std::make_shared<const std::vector<Printer>>();  ///< as they were read last
    std::optional<std::int64_t> rows_commit_;                     ///< the number of commits that they hold for
    Rows watched_;                                                ///< what watch_exactly has done already
    std::uint64_t watched_changes_ = 0;                           ///< the value of changes_ then
};

}  // namespace karmen::services
