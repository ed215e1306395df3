#include "fleet/printer_observer.hpp"

#include "printers/dialects.hpp"
#include "runtime/timeout.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace karmen::fleet {

namespace {

using namespace boost::asio::experimental::awaitable_operators;

/// An answer to a question shows nothing of commands: a key that is good for questions only stays so.
bool is_news(const PrinterClient& client, const std::optional<AccessLevel>& shown) {
    return shown && !(shown == AccessLevel::kUnlocked && client.access_level == AccessLevel::kReadOnly);
}

struct Look {
    PrinterClient client;
    PrinterStatus obstacle;
};

Awaitable<Look> look(printers::PrinterApi& api, Printer printer) {
    const printers::SniffedServer seen = co_await api.sniff(address_of(printer));
    PrinterClient client = printer.client;
    client.connected = seen.connected;
    client.access_level = seen.access_level;
    // A printer that is switched off still has the version that it had; another server in its place has its own.
    if (seen.connected || !seen.version.text.empty()) client.version = seen.version;
    co_return Look{std::move(client), seen.obstacle};
}

Awaitable<std::optional<Webcam>> ask_webcam(printers::PrinterApi& api, printers::PrinterAddress address,
                                            WebcamQuestion question) {
    if (question == WebcamQuestion::kSkip) co_return std::nullopt;
    co_return (co_await api.webcam(std::move(address))).value;
}

}  // namespace

printers::PrinterAddress address_of(const Printer& printer) {
    return {.host = printer.host,
            .protocol = printer.protocol,
            .api_key = printer.client.api_key,
            .hostname = printer.hostname,
            .tls_fingerprint = printer.tls_fingerprint,
            .dialect = printer.client.name};
}

Awaitable<PrinterClient> look_at(printers::PrinterApi& api, Printer printer) {
    co_return (co_await look(api, std::move(printer))).client;
}

Awaitable<Observation> observe(printers::PrinterApi& api, Printer printer, WebcamQuestion webcam) {
    Observation seen{.client = printer.client, .job = std::nullopt, .webcam = std::nullopt};
    const bool must_look = !seen.client.connected || seen.client.access_level == AccessLevel::kUnknown ||
                           !printers::unspoken_hint(seen.client).empty();
    if (must_look) {
        Look first = co_await look(api, printer);
        seen.client = std::move(first.client);
        seen.status = std::move(first.obstacle);
        if (!seen.client.connected) co_return seen;
    }
    const printers::PrinterAddress address = address_of(printer);
    auto [status, job, stream] = co_await (api.status(address) && api.job(address) && ask_webcam(api, address, webcam));
    seen.status = std::move(status.value);
    seen.job = std::move(job.value.job);
    seen.file = std::move(job.value.file);
    seen.webcam = std::move(stream);
    const bool lets_in_again = seen.client.access_level == AccessLevel::kProtected && is_responding(seen.status.state);
    if (is_news(seen.client, status.access_level)) seen.client.access_level = *status.access_level;
    const bool is_silent = !is_responding(seen.status.state) && seen.status.state != PrinterState::kInvalidData;
    if (!must_look && (is_silent || lets_in_again)) {
        Look second = co_await look(api, printer);
        seen.client = std::move(second.client);
        if (!seen.client.connected) seen.status = std::move(second.obstacle);
    }
    co_return seen;
}

namespace {

Awaitable<Observation> observe_within(std::chrono::milliseconds deadline, printers::PrinterApi& api, Printer printer,
                                      WebcamQuestion webcam) {
    Observation silent{.client = printer.client, .job = std::nullopt, .webcam = std::nullopt};
    silent.client.connected = false;
    silent.status = not_responding(PrinterState::kTimeout, "It did not answer in time");
    auto seen = co_await with_timeout(deadline, observe(api, std::move(printer), webcam));
    co_return seen ? std::move(*seen) : std::move(silent);
}

}  // namespace

Awaitable<std::vector<Observation>> observe_all(printers::PrinterApi& api, std::vector<Printer> printers,
                                                std::chrono::milliseconds deadline, WebcamQuestion webcam) {
    namespace asio = boost::asio;
    if (printers.empty()) co_return std::vector<Observation>();
    const Executor loop = co_await asio::this_coro::executor;
    const auto begin = [&](Printer printer) {
        return asio::co_spawn(loop, observe_within(deadline, api, std::move(printer), webcam), asio::deferred);
    };
    std::vector<decltype(begin(Printer{}))> questions;
    for (Printer& printer : printers) questions.push_back(begin(std::move(printer)));
    auto [order, errors, seen] = co_await asio::experimental::make_parallel_group(std::move(questions))
                                     .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const std::exception_ptr& error : errors)
        if (error) std::rethrow_exception(error);
    co_return std::move(seen);
}

}  // namespace karmen::fleet
