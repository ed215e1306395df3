#include "services/printer_probes.hpp"

#include "base/error.hpp"
#include "domain/printer_host.hpp"

#include <utility>

namespace karmen::services {

namespace {

constexpr int kRetryAfterS = 5;

/// Counts as long as it lives.
struct Running {
    explicit Running(std::size_t& count_in) : count(count_in) { ++count; }
    ~Running() { --count; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    std::size_t& count;
};

}  // namespace

Awaitable<printers::Probe> PrinterProbes::probe(Where where) {
    if (running_ >= running_max_)
        throw Error(ErrorCode::kOverloaded, PublicMessage{"Too many addresses are being asked, try again later"})
            .with_retry_after(kRetryAfterS);
    const Running running(running_);
    printers::PrinterAddress address{.host = normalized_printer_host(where.host, where.protocol),
                                     .protocol = where.protocol,
                                     .api_key = std::move(where.api_key),
                                     .tls_fingerprint = std::move(where.tls_fingerprint)};
    co_return co_await probe_.probe(std::move(address));
}

}  // namespace karmen::services
