#pragma once

#include <chrono>

namespace karmen::fake {

/// A heated part that comes near its target as 1 - e^(-t/tau): first-order lag. Temperatures in °C.
class Heater {
  public:
    static constexpr double kRoomTemperature = 21.3;

    explicit Heater(std::chrono::seconds time_constant) : time_constant_(time_constant) {}

    void set_target(double target) { target_ = target; }
    void advance(std::chrono::microseconds passed);

    double target() const { return target_; }
    double actual() const { return actual_; }

  private:
    std::chrono::duration<double> time_constant_;
    double target_ = 0;
    double actual_ = kRoomTemperature;
};

}  // namespace karmen::fake
