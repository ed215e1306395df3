#include "fake/context.hpp"

#include <utility>

namespace karmen::fake {

namespace {

StoredFile sample_file(std::uint64_t size_bytes, Timestamp date) {
    StoredFile file;
    file.path = "sample.gcode";
    file.size_bytes = size_bytes;
    file.sha1 = std::string(40, '0');
    file.sha256 = std::string(64, '0');
    file.date = date;
    file.user = "admin";
    return file;
}

}  // namespace

Context::Context(FakePrinterOptions options_in, const Clock& clock_in)
    : options(std::move(options_in)), clock(clock_in), printer(options.simulation, clock.now()) {
    for (const auto& rule : options.faults) faults.add(rule);
    if (options.start == StartState::kOffline) return;
    printer.connect_completely();
    if (options.start == StartState::kOperational) return;
    printer.add_file(sample_file(options.sample_bytes, now()));
    printer.select_and_print("sample.gcode");
}

}  // namespace karmen::fake
