#include "services/printer_observer.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace karmen::services {

namespace {

using namespace boost::asio::experimental::awaitable_operators;

template <class T>
void note_access(PrinterClient& client, const printers::Observed<T>& observed) {
    if (observed.access_level) client.access_level = *observed.access_level;
}

Awaitable<std::optional<Webcam>> ask_webcam(printers::PrinterApi& api, printers::PrinterAddress address,
                                            WebcamQuestion question) {
    if (question == WebcamQuestion::kSkip) co_return std::nullopt;
    co_return (co_await api.webcam(std::move(address))).value;
}

}  // namespace

printers::PrinterAddress address_of(const Printer& printer) {
    return {.host = printer.host, .protocol = printer.protocol, .api_key = printer.client.api_key};
}

Awaitable<PrinterClient> look_at(printers::PrinterApi& api, Printer printer) {
    const printers::SniffedServer seen = co_await api.sniff(address_of(printer));
    PrinterClient client = printer.client;
    client.connected = seen.connected;
    client.access_level = seen.access_level;
    // A printer that is switched off still has the version that it had.
    if (seen.connected) client.version = seen.version;
    co_return client;
}

Awaitable<Observation> observe(printers::PrinterApi& api, Printer printer, WebcamQuestion webcam) {
    Observation seen{.client = printer.client, .job = std::nullopt, .webcam = std::nullopt};
    if (!seen.client.connected || seen.client.access_level == AccessLevel::kUnknown) {
        seen.client = co_await look_at(api, printer);
        if (!seen.client.connected) co_return seen;
    }
    const printers::PrinterAddress address = address_of(printer);
    auto [status, job, stream] = co_await (api.status(address) && api.job(address) && ask_webcam(api, address, webcam));
    seen.status = std::move(status.value);
    seen.job = std::move(job.value.job);
    seen.webcam = std::move(stream);
    note_access(seen.client, status);
    if (seen.status.state == PrinterState::kNotResponding) seen.client = co_await look_at(api, printer);
    co_return seen;
}

}  // namespace karmen::services
