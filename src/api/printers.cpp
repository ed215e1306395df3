#include "api/json_text.hpp"
#include "api/list.hpp"
#include "api/printer_body.hpp"
#include "api/printer_texts.hpp"
#include "api/routes.hpp"
#include "domain/printer_host.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace karmen::api {

namespace {

constexpr std::size_t kPropBytesMax = 255;

services::PrinterFields wanted_fields(const http::Request& request) {
    const std::vector<std::string> names = parse_fields(request);
    const auto has = [&](const char* name) { return std::ranges::find(names, name) != names.end(); };
    return {.status = has("status"), .webcam = has("webcam"), .job = has("job")};
}

http::Response printer_response(unsigned status, const services::PrinterView& view) {
    return http::Response::json(status, to_text(view));
}

void check_name(JsonBody& body, const std::string& name) {
    const std::string_view problem = printer_name_problem(name);
    if (!problem.empty()) body.fail("name", std::string(problem));
}

std::optional<PropValue> to_prop(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return PropValue{};
        case boost::json::kind::bool_:
            return value.get_bool();
        case boost::json::kind::int64:
            return value.get_int64();
        case boost::json::kind::double_:
            if (!std::isfinite(value.get_double())) return std::nullopt;
            return value.get_double();
        case boost::json::kind::string:
            if (value.get_string().size() > kPropBytesMax || value.get_string().find('\0') != boost::json::string::npos)
                return std::nullopt;
            return std::string(value.get_string());
        default:
            return std::nullopt;
    }
}

PrinterProps read_props(JsonBody& body) {
    PrinterProps props;
    const boost::json::object* object = body.optional_object("printer_props");
    if (!object) return props;
    for (const auto& member : *object) {
        if (!is_known_prop(member.key())) continue;
        if (auto value = to_prop(member.value()))
            props[std::string(member.key())] = std::move(*value);
        else
            body.fail("printer_props/" + std::string(member.key()),
                      "must be a short text, a number, true, false or null");
    }
    return props;
}

using Prints = std::vector<std::optional<services::ShownPrint>>;

struct Shown {
    Uuid printer;
    const PrinterSnapshot* snapshot;
};

/// Whose prints they show. Another process may have begun one a moment ago, so what seems to be foreign is looked up.
Awaitable<Prints> prints_of(const Services& services, std::vector<Shown> all) {
    const auto look = [&] {
        Prints prints;
        prints.reserve(all.size());
        for (const Shown& shown : all)
            prints.push_back(services.print_tracker.print_of(shown.printer, *shown.snapshot));
        return prints;
    };
    Prints prints = look();
    if (std::ranges::none_of(prints, [](const auto& print) { return print && !print->print_job; })) co_return prints;
    co_await services.print_tracker.read_open();
    co_return look();
}

Answer printer_answer(const Services& services, unsigned status, services::PrinterView view) {
    view.print = (co_await prints_of(services, {{view.printer.id, &view.snapshot}})).front();
    co_return printer_response(status, view);
}

Answer all_printers(const Services& services, Call& call) {
    const services::PrinterFields fields = wanted_fields(call.request);
    const services::PrinterList list = co_await services.printers.known(fields);
    std::vector<Shown> shown;
    for (std::size_t i = 0; i < list.known.size(); ++i)
        shown.push_back({(*list.printers)[i].id, list.known[i].snapshot.get()});
    const Prints prints = co_await prints_of(services, std::move(shown));
    co_return http::Response::json(200, services.printer_texts.list(list, fields, prints));
}

/// Without `limit` all that match, as the list of all printers has no end either.
Awaitable<Page<services::PrinterView>> read_page(const Services& services, const http::Request& request,
                                                 ListQuery query) {
    const bool has_limit = http::find(request.query, "limit").has_value();
    if (!has_limit) query.limit = kListLimitMax;
    auto page = co_await services.printers.page(query, wanted_fields(request));
    while (page.next && !has_limit) {
        query.start_with = std::move(page.next);
        auto more = co_await services.printers.page(query, wanted_fields(request));
        std::ranges::move(more.rows, std::back_inserter(page.rows));
        page.next = std::move(more.next);
    }
    co_return page;
}

Answer page_of_printers(const Services& services, Call& call) {
    const ListRequest list = parse_list_request(call.request);
    auto page = co_await read_page(services, call.request, list.query);
    std::vector<Shown> shown;
    for (const services::PrinterView& view : page.rows) shown.push_back({view.printer.id, &view.snapshot});
    const Prints prints = co_await prints_of(services, std::move(shown));
    for (std::size_t i = 0; i < prints.size(); ++i) page.rows[i].print = prints[i];
    co_return list_response(call.request.prefix + "/printers", list, page,
                            [](const services::PrinterView& view) { return to_json(view); });
}

Answer list_printers(const Services& services, Call& call) {
    return is_list_request(call.request) ? page_of_printers(services, call) : all_printers(services, call);
}

Answer get_printer(const Services& services, Call& call) {
    co_return co_await printer_answer(services, 200,
                                      co_await services.printers.find(call.path_value(0), wanted_fields(call.request)));
}

/// The key goes to the address that gave it, and to no other.
void use_granted(JsonBody& body, services::AppKeys::Granted granted, services::NewPrinter& printer) {
    if (body.has("host") && normalized_printer_host(printer.host, printer.protocol) != granted.request.host)
        body.fail("host", "is not the address that gave the key");
    printer.host = std::move(granted.request.host);
    printer.protocol = granted.request.protocol;
    printer.tls_fingerprint = std::move(granted.request.tls_fingerprint);
    printer.api_key = std::move(granted.api_key);
}

Answer add_printer(const Services& services, Call& call) {
    JsonBody body = co_await JsonBody::read(call.request);
    const auto app_key = body.optional_text("appkey");
    const bool has_host = !app_key || body.has("host");
    services::NewPrinter printer{.host = has_host ? body.required_text("host") : std::string(),
                                 .name = body.required_text("name", 4096)};
    auto protocol = read_protocol(body);
    check_host(body, printer.host, protocol);
    printer.protocol = protocol.value_or(Protocol::kHttp);
    if (!printer.name.empty()) check_name(body, printer.name);
    printer.api_key = read_api_key(body);
    printer.tls_fingerprint = read_tls_fingerprint(body);
    if (app_key && printer.api_key) body.fail("appkey", "cannot be together with api_key");
    auto granted = app_key ? co_await services.app_keys.unused(*app_key) : std::nullopt;
    if (app_key && !granted) body.fail("appkey", "names no granted key that waits for its printer");
    const std::optional<Uuid> request = granted ? std::optional(granted->request.id) : std::nullopt;
    if (granted) use_granted(body, *std::move(granted), printer);
    call.audit.target = printer.host;
    body.finish();
    services::PrinterView added = co_await services.printers.add(std::move(printer));
    if (request) co_await services.app_keys.note_stored(*request, added.printer.id);
    co_return co_await printer_answer(services, 201, std::move(added));
}

Answer change_printer(const Services& services, Call& call) {
    const Printer stored = co_await services.printers.require(call.path_value(0));
    JsonBody body = co_await JsonBody::read(call.request);
    services::PrinterChange change{.protocol = read_protocol(body), .props = read_props(body)};
    if (const auto* protocol = body.member("protocol"); protocol && protocol->is_null())
        body.fail("protocol", "must be http or https");
    if (body.has("host")) {
        change.host = body.required_text("host");
        // A client may send back the whole printer, and an old database may have an address that would be refused now.
        if (change.host == stored.host)
            change.host.reset();
        else
            check_host(body, *change.host, change.protocol);
    }
    if (body.has("name")) {
        change.name = body.optional_text("name", 4096).value_or("");
        check_name(body, *change.name);
    }
    if (body.has("api_key")) change.api_key = read_api_key(body).value_or("");
    if (body.has("tls_fingerprint")) change.tls_fingerprint = read_tls_fingerprint(body);
    body.finish();
    if (change.api_key) call.audit.action = "printer.key";
    co_return co_await printer_answer(services, 200,
                                      co_await services.printers.change(call.path_value(0), std::move(change)));
}

Answer remove_printer(const Services& services, Call& call) {
    co_await services.printers.remove(call.path_value(0));
    co_return http::Response::no_content();
}

}  // namespace

std::vector<Route> printer_routes() {
    using enum ErrorCode;
    using enum QueryFacts;
    return {
        {.method = "GET",
         .path = "/printers",
         .summary = "All printers",
         .access = kUser,
         .handler = list_printers,
         .answers = {{200, "PrinterList"}},
         .query = kPrinterList},
        {.method = "POST",
         .path = "/printers",
         .summary = "Add a printer",
         .access = kAdmin,
         .handler = add_printer,
         .audit = "printer.add",
         .answers = {{201, "Printer"}},
         .body = {"NewPrinter"},
         .errors = {kConflict, kDiskFull}},
        {.method = "GET",
         .path = "/printers/{host}",
         .summary = "One printer",
         .access = kUser,
         .handler = get_printer,
         .answers = {{200, "Printer"}},
         .query = kPrinterFields,
         .errors = {kPrinterNotFound}},
        {.method = "PATCH",
         .path = "/printers/{host}",
         .summary = "Change a printer",
         .access = kAdmin,
         .handler = change_printer,
         .audit = "printer.change",
         .answers = {{200, "Printer"}},
         .body = {"PrinterChange"},
         .errors = {kPrinterNotFound, kConflict, kDiskFull},
         .note = "A body without any of these members changes nothing; an empty one is refused."},
        {.method = "DELETE",
         .path = "/printers/{host}",
         .summary = "Remove a printer",
         .access = kAdmin,
         .handler = remove_printer,
         .audit = "printer.remove",
         .answers = {{204}},
         .errors = {kPrinterNotFound, kDiskFull}},
    };
}

}  // namespace karmen::api
