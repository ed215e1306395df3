#include "storage/tables/printer_repository.hpp"

#include "storage/list_sql.hpp"
#include "storage/tables/json_columns.hpp"

#include <array>

namespace karmen::storage {
namespace {

constexpr std::array<std::string_view, 9> kColumns{
    "id", "host", "name", "hostname", "client", "client_props", "printer_props", "protocol", "tls_fingerprint"};

using Nulls = ListColumn::Nulls;

/// Never client_props: whoever may filter by a secret, here the key of a printer, can find it out letter by letter.
constexpr std::array<ListColumn, 7> kListColumns{{
    {.name = "id", .expression = "id", .kind = ColumnKind::kUuid},
    {.name = "name", .expression = "name"},
    {.name = "host", .expression = "host"},
    {.name = "hostname", .expression = "hostname", .nulls = Nulls::kPossible},
    {.name = "client", .expression = "client"},
    {.name = "protocol", .expression = "protocol"},
    {.name = "printer_props",
     .expression = "printer_props",
     .kind = ColumnKind::kJson,
     .nulls = Nulls::kPossible,
     .ordering = ListColumn::Ordering::kIgnored},
}};

constexpr ListSpec kList{kColumns, "printers", kListColumns};

Printer read_printer(Row& row) {
    Printer printer{.id = row.uuid()};
    printer.host = row.text();
    printer.name = row.text();
    printer.hostname = row.text();
    const std::string client = row.text();
    printer.client = client_from_json(client, row.optional_text());
    printer.props = printer_props_from_json(row.optional_text());
    printer.protocol = from_word<Protocol>(row.text()).value_or(Protocol::kHttp);
    printer.tls_fingerprint = row.text();
    return printer;
}

std::optional<Printer> find_printer(Session& session, std::string_view host) {
    static const Sql kSql = select(kColumns, "FROM printers WHERE host = :host");
    return session.one(kSql, {{"host", host}}, read_printer);
}

std::optional<Printer> find_printer(Session& session, const Uuid& id) {
    static const Sql kSql = select(kColumns, "FROM printers WHERE id = :id");
    return session.one(kSql, {{"id", id}}, read_printer);
}

std::vector<Param> values_of(const Printer& printer) {
    return {{"id", printer.id},
            {"host", printer.host},
            {"name", printer.name},
            {"hostname", printer.hostname},
            {"client", printer.client.name},
            {"client_props", client_props_to_json(printer.client)},
            {"printer_props", printer_props_to_json(printer.props)},
            {"protocol", to_string(printer.protocol)},
            {"tls_fingerprint", printer.tls_fingerprint}};
}

void save(Session& session, const Printer& printer) {
    session.execute(
        "UPDATE printers SET host = :host, name = :name, hostname = :hostname, client = :client, "
        "client_props = :client_props, printer_props = :printer_props, protocol = :protocol, "
        "tls_fingerprint = :tls_fingerprint WHERE id = :id",
        values_of(printer));
}

}  // namespace

std::vector<Printer> PrinterRepository::all() {
    Session session = database_.lease();
    const Dialect& dialect = session.dialect();
    const Sql sql = select(kColumns, "FROM printers ORDER BY " + dialect.order_key("name", ColumnKind::kText) + ", " +
                                         dialect.order_key("host", ColumnKind::kText));
    return session.all(sql, {}, read_printer);
}

bool PrinterRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

Page<Printer> PrinterRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_printer);
}

std::optional<Printer> PrinterRepository::find(std::string_view host) {
    Session session = database_.lease();
    return find_printer(session, host);
}

std::optional<Printer> PrinterRepository::find(const Uuid& id) {
    Session session = database_.lease();
    return find_printer(session, id);
}

void PrinterRepository::insert(const Printer& printer) {
    database_.lease().execute(
        "INSERT INTO printers (id, host, name, hostname, client, client_props, printer_props, protocol, "
        "tls_fingerprint) "
        "VALUES (:id, :host, :name, :hostname, :client, :client_props, :printer_props, :protocol, :tls_fingerprint)",
        values_of(printer));
}

std::optional<Printer> PrinterRepository::modify(std::string_view host, const std::function<void(Printer&)>& change) {
    Session session = database_.lease();
    Transaction transaction(session);
    auto printer = find_printer(session, host);
    if (!printer) return std::nullopt;
    const Uuid id = printer->id;
    change(*printer);
    printer->id = id;
    save(session, *printer);
    transaction.commit();
    return printer;
}

bool PrinterRepository::remove(std::string_view host) {
    return database_.lease().execute("DELETE FROM printers WHERE host = :host", {{"host", host}}) > 0;
}

}  // namespace karmen::storage
