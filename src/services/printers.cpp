#include "services/printers.hpp"

#include "base/error.hpp"
#include "base/unicode.hpp"
#include "domain/printer_host.hpp"
#include "fleet/printer_observer.hpp"
#include "printers/dialects.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <ranges>

namespace karmen::services {

namespace {

Error printer_not_found(const std::string& host) {
    return {ErrorCode::kPrinterNotFound, PublicMessage{"There is no printer " + host}};
}

Error taken(const std::string& host) {
    return {ErrorCode::kConflict, PublicMessage{"There is a printer " + host + " already"}};
}

/// Throws Error(kInvalidInput) if Karmen does not speak the protocol of the server that answers there.
void require_spoken(const PrinterClient& client) {
    const std::string_view hint = printers::unspoken_hint(client);
    if (!hint.empty()) throw Error::invalid("/host", std::string(hint));
}

/// At the address that is stored from now on.
void apply(const PrinterChange& change, Printer& printer) {
    if (change.host) printer.host = normalized_printer_host(*change.host, change.protocol.value_or(printer.protocol));
    if (change.name) printer.name = to_nfc(*change.name);
    if (change.protocol) printer.protocol = *change.protocol;
    if (change.api_key) printer.client.api_key = change.api_key->empty() ? std::nullopt : change.api_key;
    if (change.tls_fingerprint) printer.tls_fingerprint = *change.tls_fingerprint;
    if (change.props.empty()) return;
    if (!printer.props) printer.props.emplace();
    for (const auto& [name, value] : change.props) printer.props->insert_or_assign(name, value);
}

/// By its id, or by its address in any spelling: with the port that its protocol has anyway, in capitals, as a URL.
std::optional<Printer> find_by_any_spelling(storage::PrinterRepository& printers, const std::string& text) {
    if (const auto id = Uuid::parse(text)) return printers.find(*id);
    if (auto found = printers.find(text)) return found;
    const auto host = parse_printer_host(text);
    if (!host) return std::nullopt;
    for (const Protocol protocol : {Protocol::kHttp, Protocol::kHttps}) {
        if (host->protocol.value_or(protocol) != protocol) continue;
        const std::string normalized = normalized_printer_host(*host, protocol);
        for (const std::string& spelling : {normalized, spelled_out_printer_host(*host, protocol)}) {
            auto found = printers.find(spelling);
            if (found && found->protocol == protocol && normalized_printer_host(found->host, protocol) == normalized)
                return found;
        }
    }
    return std::nullopt;
}

}  // namespace

Printers::Printers(Dependencies dependencies, LooksAfter looks_after)
    : with_(dependencies), looks_after_(std::move(looks_after)) {}

Awaitable<void> Printers::start() {
    co_await refresh();
}

Awaitable<Printers::Rows> Printers::read_all() {
    auto commit = with_.commits();
    if (commit && commit == rows_commit_) co_return rows_;
    std::vector<Printer> stored;
    std::uint64_t changes_before = 0;
    do {
        // A printer that is added meanwhile may be missing in the rows, and must not be dropped for that.
        changes_before = changes_;
        commit = with_.commits();
        stored = co_await offload(with_.blocking, [this] { return with_.printers.all(); });
    } while (changes_ != changes_before);
    if (*rows_ != stored) rows_ = std::make_shared<const std::vector<Printer>>(std::move(stored));
    rows_commit_ = commit;
    co_return rows_;
}

Awaitable<void> Printers::refresh() {
    watch_exactly(co_await read_all());
}

void Printers::watch_exactly(const Rows& stored) {
    watched_ = stored;
    watched_changes_ = changes_;
    // A process that has published a printer also publishes its removal, because other processes may not do so. A
    // printer that another worker checks now still exists.
    for (const Printer& gone : with_.monitor.watch_exactly(*stored, looks_after_))
        if (std::ranges::find(*stored, gone.id, &Printer::id) == stored->end())
            with_.changes.on_change(events::PrinterRemoved{.id = gone.id, .host = gone.host});
}

Awaitable<void> Printers::refresh_regularly(std::chrono::milliseconds interval, Log& log) {
    for (;;) {
        co_await sleep_for(interval);
        try {
            co_await refresh();
        } catch (const Error& error) {
            log.warning("cannot read the list of printers", {{"error", error.what()}});
        }
    }
}

Awaitable<PrinterList> Printers::known(PrinterFields fields) {
    PrinterList list{.printers = co_await read_all(), .known = {}};
    if (!fields.any()) co_return list;
    // Another process may have added one a moment ago.
    if (list.printers != watched_ || changes_ != watched_changes_) watch_exactly(list.printers);
    std::vector<Uuid> ids;
    ids.reserve(list.printers->size());
    for (const Printer& printer : *list.printers) ids.push_back(printer.id);
    list.known = with_.monitor.known(ids);
    co_return list;
}

Awaitable<Page<PrinterView>> Printers::page(ListQuery query, PrinterFields fields) {
    if (!query.order_by) query.order_by = ListQuery::Order{.column = "name"};
    auto stored = co_await with_.lists.read(with_.printers, std::move(query));
    Page<PrinterView> page{.rows = {}, .next = std::move(stored.next)};
    std::vector<Uuid> ids;
    for (Printer& printer : stored.rows) {
        ids.push_back(printer.id);
        page.rows.push_back({.printer = std::move(printer), .fields = fields});
    }
    if (!fields.any()) co_return page;
    // Another process may have added one a moment ago.
    if (!std::ranges::all_of(ids, [this](const Uuid& id) { return with_.monitor.is_watched(id); })) co_await refresh();
    const auto known = with_.monitor.known(ids);
    for (std::size_t i = 0; i < known.size(); ++i) page.rows[i].snapshot = known[i].with_age();
    co_return page;
}

Awaitable<Printer> Printers::require(std::string host) {
    auto found = co_await offload(with_.blocking, [&] { return find_by_any_spelling(with_.printers, host); });
    if (!found) throw printer_not_found(host);
    co_return std::move(*found);
}

Awaitable<PrinterView> Printers::view(Printer printer, PrinterFields fields) {
    PrinterView view{.printer = std::move(printer), .fields = fields};
    if (fields.any()) view.snapshot = co_await with_.monitor.snapshot(view.printer.id);
    co_return view;
}

Awaitable<PrinterView> Printers::find(std::string host, PrinterFields fields) {
    const std::uint64_t changes_before = changes_;
    Printer printer = co_await require(std::move(host));
    // Another process may have added it a moment ago, but this one has not removed it meanwhile.
    if (fields.any() && changes_ == changes_before) with_.monitor.watch_if_changed(printer);
    co_return co_await view(std::move(printer), fields);
}

Awaitable<PrinterView> Printers::add(NewPrinter wanted) {
    Printer printer{.host = normalized_printer_host(wanted.host, wanted.protocol),
                    .name = to_nfc(wanted.name),
                    .protocol = wanted.protocol,
                    .tls_fingerprint = std::move(wanted.tls_fingerprint)};
    if (wanted.api_key && !wanted.api_key->empty()) printer.client.api_key = std::move(wanted.api_key);
    co_await require_free(printer.host, std::nullopt);
    printer.client = co_await fleet::look_at(with_.client, printer);
    require_spoken(printer.client);
    try {
        co_await offload(with_.blocking, [&] { with_.printers.insert(printer); });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kConflict) throw taken(printer.host);
        throw;
    }
    ++changes_;
    with_.monitor.watch(printer);
    co_return co_await view(std::move(printer), PrinterFields::all());
}

Awaitable<PrinterView> Printers::change(std::string host, PrinterChange change) {
    if (change.is_empty()) co_return co_await find(std::move(host), PrinterFields::all());
    const Printer before = co_await require(std::move(host));
    Printer wanted = before;
    apply(change, wanted);
    const bool moves = wanted.host != before.host;
    if (moves) co_await require_free(wanted.host, before.id);
    std::optional<PrinterClient> seen;
    if (change.reaches_otherwise()) seen = co_await fleet::look_at(with_.client, wanted);
    if (moves) require_spoken(*seen);
    std::optional<Printer> changed;
    try {
        changed = co_await offload(with_.blocking, [&] {
            return with_.printers.modify(before.host, [&](Printer& printer) {
                apply(change, printer);
                if (!seen) return;
                seen->api_key = printer.client.api_key;
                printer.client = *seen;
            });
        });
    } catch (const Error& error) {
        if (moves && error.code() == ErrorCode::kConflict) throw taken(wanted.host);
        throw;
    }
    if (!changed) throw printer_not_found(before.host);
    ++changes_;
    if (moves) with_.monitor.forget(before.id);
    // Other processes would ask with the old settings, so they must read the row again.
    with_.exchange.forget(before.id);
    with_.monitor.watch(*changed);
    co_return co_await view(std::move(*changed), PrinterFields::all());
}

/// Throws Error(kConflict) if another printer than that one is at the address.
Awaitable<void> Printers::require_free(std::string host, std::optional<Uuid> except) {
    const auto found = co_await offload(with_.blocking, [&] { return find_by_any_spelling(with_.printers, host); });
    if (found && found->id != except) throw taken(found->host);
}

Awaitable<void> Printers::remove(std::string host) {
    const Printer printer = co_await require(std::move(host));
    if (!co_await offload(with_.blocking, [&] { return with_.printers.remove(printer.host); }))
        throw printer_not_found(printer.host);
    ++changes_;
    with_.monitor.forget(printer.id);
    with_.exchange.forget(printer.id);
    with_.changes.on_change(events::PrinterRemoved{.id = printer.id, .host = printer.host});
}

}  // namespace karmen::services
