#include "fleet/check_pause.hpp"

#include <algorithm>

namespace karmen::fleet {

std::chrono::milliseconds pause_after(const PrinterMonitorOptions& options, PrinterState state, int failures) {
    constexpr int kDoublingsMax = 10;
    if (failures > 0)
        return std::min(options.backoff_max, options.check_interval * (1 << std::min(failures - 1, kDoublingsMax)));
    return has_active_print(state) ? options.check_interval_active : options.check_interval;
}

}  // namespace karmen::fleet
