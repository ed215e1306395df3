#pragma once

#include "base/clock.hpp"
#include "fake/octoprint/app_keys.hpp"
#include "fake/options.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace karmen::fake {

/// All state of one simulated printer, shared by its handlers. Loop only; owned by OctoPrintServer.
struct Context {
    Context(FakePrinterOptions options_in, const Clock& clock_in);

    /// The time of the clock, plus the time that the admin route has added.
    Timestamp now() const { return clock.now() + clock_ahead; }

    FakePrinterOptions options;
    const Clock& clock;
    std::chrono::seconds clock_ahead{0};
    OctoPrintPrinter printer;
    SerialConnection serial;
    FaultSwitch faults;
    AppKeys app_keys;

    /// For tests that check the requests of a client.
    std::map<std::string, std::uint64_t> requests;  ///< by method and path
    std::uint64_t aborted_uploads = 0;
    std::uint64_t webcam_viewers = 0;
};

}  // namespace karmen::fake
