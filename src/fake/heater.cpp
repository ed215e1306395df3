#include "fake/heater.hpp"

#include <algorithm>
#include <cmath>

namespace karmen::fake {

void Heater::advance(std::chrono::microseconds passed) {
    const double goal = std::max(target_, kRoomTemperature);
    actual_ = goal + (actual_ - goal) * std::exp(-(passed / time_constant_));
}

}  // namespace karmen::fake
