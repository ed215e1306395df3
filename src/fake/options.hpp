#pragma once

#include "fake/faults.hpp"
#include "fake/octoprint/access.hpp"
#include "fake/octoprint/json.hpp"
#include "fake/octoprint/printer.hpp"
#include "fake/octoprint/version.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace karmen::fake {

/// The state of a simulated printer at its start.
enum class StartState {
    kOffline,      ///< the server runs, the printer is not connected to it
    kOperational,  ///< connected long ago: temperatures are known
    kPrinting,     ///< in the first second of a print of `sample.gcode`
};

struct FakePrinterOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::string name = "Fake printer";
    OctoPrintVersion version;
    AccessOptions access;
    SimulationOptions simulation;
    StartState start = StartState::kOperational;
    std::uint64_t sample_bytes = 3'000'000;  ///< size of `sample.gcode`; with the default speed it takes ten minutes
    WebcamSetting webcam = WebcamSetting::kRelative;
    unsigned frames_per_second = 5;
    std::vector<FaultRule> faults;
};

}  // namespace karmen::fake
