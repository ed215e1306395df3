#pragma once

#include "base/clock.hpp"
#include "fake/heater.hpp"
#include "fake/octoprint/files.hpp"
#include "fake/octoprint/state.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::fake {

/// Simulated time is counted in microseconds: at this speed they last for months.
inline constexpr double kSpeedMax = 1'000'000;

struct SimulationOptions {
    double speed = 1;  ///< simulated seconds per second; up to kSpeedMax
    /// Of every print; nullopt: it depends on the size of the file.
    std::optional<std::chrono::milliseconds> print_duration;
    std::uint64_t bytes_per_second = 5000;  ///< how fast G-code is printed
    std::uint64_t seed = 1;                 ///< of the noise of the temperatures
};

/// One line of `temperature`: what a heater has and should have, °C.
struct TemperatureReading {
    std::string_view heater;
    std::optional<double> actual;
    double target = 0;
};

struct TemperatureSample {
    Timestamp time{};
    std::vector<TemperatureReading> readings;  ///< empty before the first report of the firmware
};

/// `progress` of /api/job; all members are empty except during and after a print.
struct JobProgress {
    std::optional<double> completion;  ///< percent
    std::optional<std::uint64_t> filepos;
    std::optional<std::int64_t> print_time_s;
    std::optional<std::int64_t> print_time_left_s;
    std::optional<std::string_view> left_origin;
};

/// A simulated printer behind OctoPrint: its state machine (kTransitions), its files and its temperatures. It has no
/// threads and no timers: its state is that of the time given to advance(), which must be called before every query.
/// One user at a time.
class OctoPrintPrinter {
  public:
    OctoPrintPrinter(SimulationOptions options, Timestamp now);

    /// Moves simulated time on. A clock that goes back does nothing.
    void advance(Timestamp now);

    State state() const { return state_; }
    const StateFacts& state_facts() const { return facts(state_); }
    Phase phase() const { return state_facts().phase; }
    /// Why the printer stopped; empty if it has no error.
    const std::string& error() const { return error_; }

    /// These take effect as time passes. As in the real server, they are ignored if they make no sense.
    void connect();
    void connect_by_detection();
    void disconnect();

    /// For the start of the simulation: as if connected long ago, with known temperatures.
    void connect_completely();

    /// kTaken and kIgnored are successes; other answers change nothing.
    JobAnswer command(JobCommand command);

    /// Both return false and do nothing unless the printer is operational and has no print.
    bool select(std::string_view path);
    bool select_and_print(std::string_view path);
    /// The same after this time, unless that makes no sense then.
    void print_later(std::string_view path, std::chrono::milliseconds delay);
    bool will_print() const { return late_start_.has_value(); }
    /// How often a print of each file was begun, by path; an upload of the same path goes on counting.
    const std::map<std::string, std::uint64_t>& prints_begun() const { return prints_begun_; }
    /// A print of that file runs or is paused: it can neither be overwritten nor deleted.
    bool is_printing(std::string_view path) const;
    /// After the file was deleted.
    void deselect(std::string_view path);

    /// The firmware stops with `error`: a print is lost, then the connection.
    void fail(std::string error);
    /// Goes to `state` and stays there until a command or another call changes it. False for states of a print if no
    /// file is selected.
    bool force(State state);
    /// A printer that hangs in the middle of a print: the state stays `Printing`, the position stands still.
    void set_stalled(bool is_stalled) { is_stalled_ = is_stalled; }
    void set_speed(double speed) { options_.speed = speed; }

    FileTable& files() { return files_; }
    const FileTable& files() const { return files_; }
    /// Adds an upload; its analysis takes a moment and waits while a print runs.
    void add_file(StoredFile file);

    /// Null after a disconnect or an error, and before the first select.
    const StoredFile* selected_file() const;
    bool was_anything_selected() const { return was_anything_selected_; }
    JobProgress progress() const;

    /// Empty for a while after the connection, then without the actual value, then complete.
    std::vector<TemperatureReading> temperatures() const;
    const std::deque<TemperatureSample>& temperature_history() const { return history_; }

  private:
    using Duration = std::chrono::microseconds;

    /// `kNone` except from Starting until the next print, select or disconnect.
    enum class Job { kNone, kActive, kDone };

    void fire(Trigger trigger);
    void enter(State next);
    void begin_print();
    void end_print(bool succeeded);
    void forget_job();
    void advance_to(Duration moment);
    std::optional<Duration> next_event() const;
    void fire_due_event();
    void analyse_files(Duration passed);
    void report_temperatures();
    Duration duration_of(const StoredFile& file) const;
    JobProgress active_progress(const StoredFile& file) const;

    SimulationOptions options_;
    Timestamp now_;
    Duration simulated_now_{0};

    State state_ = State::kOffline;
    std::optional<Duration> state_ends_;
    Duration connected_since_{0};
    std::string error_;
    bool is_stalled_ = false;

    struct LateStart {
        Duration at;
        std::string path;
    };
    std::optional<LateStart> late_start_;
    std::map<std::string, std::uint64_t> prints_begun_;

    FileTable files_;
    std::optional<std::string> selected_;
    bool was_anything_selected_ = false;
    Job job_ = Job::kNone;
    Duration printed_{0};
    Duration print_takes_{0};

    Heater tool_{std::chrono::seconds(20)};
    Heater bed_{std::chrono::seconds(60)};
    std::mt19937_64 noise_;
    std::optional<Duration> reported_at_;
    double shown_tool_ = Heater::kRoomTemperature;
    double shown_bed_ = Heater::kRoomTemperature;
    std::deque<TemperatureSample> history_;
};

}  // namespace karmen::fake
