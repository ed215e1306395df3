#include "services/app_keys.hpp"

#include "base/error.hpp"
#include "domain/printer_host.hpp"
#include "runtime/sleep.hpp"

#include <fmt/format.h>

#include <utility>

namespace karmen::services {

namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using printers::octoprint::AppKeyAnswer;

/// What the person at the printer reads.
constexpr const char* kAppName = "Karmen";
constexpr milliseconds kLease = std::chrono::seconds(15);
constexpr milliseconds kRenewInterval = std::chrono::seconds(5);
/// OctoPrint forgets a request that nobody asks for during 5 s. A denial after such a gap may be no denial.
constexpr milliseconds kForgottenAfter = std::chrono::seconds(4);
constexpr int kRetryAfterS = 30;

printers::PrinterAddress address_of(const AppKeyRequest& request) {
    return {.host = request.host, .protocol = request.protocol, .tls_fingerprint = request.tls_fingerprint};
}

}  // namespace

AppKeys::AppKeys(Executor loop, Dependencies dependencies, Options options)
    : with_(dependencies), options_(options), tasks_(std::move(loop), dependencies.log, "application keys") {}

Awaitable<AppKeyRequest> AppKeys::begin(Where where) {
    AppKeyRequest request = co_await make(std::move(where));
    if (running_.size() >= options_.running_max)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many keys are waited for, try again later"})
            .with_retry_after(kRetryAfterS);
    running_.insert(request.id);
    try {
        co_await offload(with_.blocking, [&] {
            with_.requests.clean(request.created - options_.retention);
            with_.requests.insert(request, request.created + kLease);
        });
    } catch (...) {
        running_.erase(request.id);
        throw;
    }
    tasks_.spawn(wait_for(request));
    co_return request;
}

Awaitable<AppKeyRequest> AppKeys::make(Where where) {
    AppKeyRequest request{.id = Uuid::random(), .created = with_.clock.now()};
    try {
        const Printer printer = co_await with_.printers.require(where.host);
        request.host = printer.host;
        request.protocol = printer.protocol;
        request.tls_fingerprint = printer.tls_fingerprint;
        request.printer = printer.id;
        co_return request;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kPrinterNotFound || Uuid::parse(where.host)) throw;
    }
    request.protocol = where.protocol.value_or(Protocol::kHttp);
    request.host = normalized_printer_host(where.host, request.protocol);
    request.tls_fingerprint = std::move(where.tls_fingerprint);
    co_return request;
}

Awaitable<AppKeyRequest> AppKeys::find(std::string_view id) {
    const auto uuid = Uuid::parse(id);
    std::optional<AppKeyRequest> found;
    if (uuid)
        found = co_await offload(with_.blocking, [&] {
            with_.requests.expire_lost(with_.clock.now());
            return with_.requests.find(*uuid);
        });
    if (!found) throw Error(ErrorCode::kAppKeyNotFound, PublicMessage{"There is no such request for a key"});
    co_return *std::move(found);
}

Awaitable<std::optional<AppKeys::Granted>> AppKeys::unused(std::string_view id) {
    const auto uuid = Uuid::parse(id);
    if (!uuid) co_return std::nullopt;
    co_return co_await offload(with_.blocking, [&] { return with_.requests.unused(*uuid); });
}

Awaitable<void> AppKeys::note_stored(Uuid id, Uuid printer) {
    co_await offload(with_.blocking, [&] { with_.requests.note_stored(id, printer); });
}

/// Only a stop leaves it among those that run.
Awaitable<void> AppKeys::wait_for(AppKeyRequest request) {
    const Uuid id = request.id;
    try {
        co_await try_to_get(std::move(request));
    } catch (const Error& error) {
        // If the database is away, the lease ends the request.
        with_.log.warning("an application key is not waited for any more", {{"error", error.what()}});
    }
    running_.erase(id);
}

Awaitable<void> AppKeys::try_to_get(AppKeyRequest request) {
    const auto token = co_await with_.client.request(address_of(request), kAppName);
    if (!token) co_return co_await end(request.id, AppKeyState::kFailed, token.error());
    const auto begun = Steady::now();
    auto answered = begun;
    auto renewed = begun;
    while (Steady::now() - begun < options_.patience) {
        co_await sleep_for(options_.poll_interval);
        AppKeyAnswer answer = co_await with_.client.poll(address_of(request), *token);
        const auto now = Steady::now();
        if (answer.state == AppKeyAnswer::State::kGranted)
            co_return co_await grant(std::move(request), std::move(answer.api_key));
        if (answer.state == AppKeyAnswer::State::kGone) {
            const bool is_denial = now - answered < kForgottenAfter;
            co_return co_await end(request.id, is_denial ? AppKeyState::kDenied : AppKeyState::kExpired,
                                   is_denial ? "Somebody denied it at the printer"
                                             : "The printer did not answer for a while and forgot the request");
        }
        if (answer.state == AppKeyAnswer::State::kPending) answered = now;
        if (now - renewed < kRenewInterval) continue;
        renewed = now;
        const Timestamp lease_end = with_.clock.now() + kLease;
        if (!co_await offload(with_.blocking, [&] { return with_.requests.renew(request.id, lease_end); })) co_return;
    }
    const auto patience = std::chrono::duration_cast<std::chrono::seconds>(options_.patience);
    co_await end(request.id, AppKeyState::kExpired,
                 fmt::format("Nobody allowed it at the printer within {} s", patience.count()));
}

/// The key is safe in the database before anything is done with it: the printer gives it once.
Awaitable<void> AppKeys::grant(AppKeyRequest request, std::string api_key) {
    const storage::AppKeyRepository::End end{
        .state = AppKeyState::kGranted, .api_key = api_key, .time = with_.clock.now()};
    const bool is_first = co_await offload(with_.blocking, [&] { return with_.requests.end(request.id, end); });
    if (!is_first || !request.printer) co_return;
    PrinterChange change{.api_key = std::move(api_key)};
    const PrinterView changed = co_await with_.printers.change(request.printer->to_string(), std::move(change));
    co_await note_stored(request.id, changed.printer.id);
}

Awaitable<void> AppKeys::end(Uuid id, AppKeyState state, std::string reason) {
    const storage::AppKeyRepository::End end{.state = state, .reason = std::move(reason), .time = with_.clock.now()};
    co_await offload(with_.blocking, [&] { with_.requests.end(id, end); });
}

Awaitable<void> AppKeys::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    try {
        for (const Uuid& id : std::exchange(running_, {}))
            co_await end(id, AppKeyState::kExpired, "Karmen was stopped while it waited");
    } catch (const Error& error) {
        with_.log.debug("requests for keys expire after their time", {{"error", error.what()}});
    }
}

}  // namespace karmen::services
