#include "fake/octoprint/printer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace karmen::fake {

namespace {

using namespace std::chrono_literals;

constexpr auto kSilentAfterConnect = 1500ms;   ///< `temperature` is empty
constexpr auto kPartialAfterConnect = 1900ms;  ///< then there is a bed without an actual value
constexpr auto kReportInterval = 500ms;
constexpr std::size_t kHistoryMax = 300;
constexpr auto kNoProgressYet = 300ms;        ///< of a print
constexpr auto kNoEstimateYet = 5s;           ///< of a print whose file was not analysed
constexpr auto kAnalysisEstimateUntil = 60s;  ///< then the origin of the estimate is `linear`
constexpr double kToolTarget = 210;
constexpr double kBedTarget = 60;

double rounded_to_tenth(double value) {
    return std::round(value * 10) / 10;
}

std::int64_t whole_seconds(std::chrono::microseconds duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

OctoPrintPrinter::OctoPrintPrinter(SimulationOptions options, Timestamp now)
    : options_(options), now_(now), noise_(options.seed) {}

// --- time ---

void OctoPrintPrinter::advance(Timestamp now) {
    if (now <= now_) return;
    const auto passed = std::chrono::duration_cast<Duration>((now - now_) * options_.speed);
    now_ = now;
    const Duration until = simulated_now_ + passed;
    for (auto event = next_event(); event && *event <= until; event = next_event()) {
        advance_to(*event);
        fire_due_event();
    }
    advance_to(until);
    report_temperatures();
}

std::optional<OctoPrintPrinter::Duration> OctoPrintPrinter::next_event() const {
    std::optional<Duration> next = state_ends_;
    if (!next && state_ == State::kPrinting && !is_stalled_) next = simulated_now_ + (print_takes_ - printed_);
    if (late_start_ && (!next || late_start_->at < *next)) next = late_start_->at;
    return next;
}

void OctoPrintPrinter::fire_due_event() {
    if (late_start_ && late_start_->at <= simulated_now_) {
        select_and_print(std::exchange(late_start_, std::nullopt)->path);
        return;
    }
    fire(state_ends_ ? Trigger::kElapsed : Trigger::kFileEnd);
}

void OctoPrintPrinter::advance_to(Duration moment) {
    const Duration passed = moment - simulated_now_;
    simulated_now_ = moment;
    tool_.advance(passed);
    bed_.advance(passed);
    if (state_ == State::kPrinting && !is_stalled_) printed_ += passed;
    if (job_ != Job::kActive) analyse_files(passed);
}

void OctoPrintPrinter::analyse_files(Duration passed) {
    for (auto& [path, file] : files_.files()) {
        if (file.analysis) continue;
        file.analysis_left -= passed;
        if (file.analysis_left > 0s) return;  // one after the other, as the real server
        passed = -file.analysis_left;
        const double estimate_s = std::chrono::duration<double>(duration_of(file)).count();
        file.analysis = FileAnalysis{estimate_s, estimate_s * 4};
        files_.touch();
    }
}

// --- the state machine ---

void OctoPrintPrinter::fire(Trigger trigger) {
    const auto next = next_state(state_, trigger);
    if (next) enter(*next);
}

void OctoPrintPrinter::enter(State next) {
    const State previous = std::exchange(state_, next);
    const auto lasts = facts(next).lasts;
    state_ends_ = lasts > 0ms ? std::optional(simulated_now_ + lasts) : std::nullopt;
    switch (next) {
        case State::kStarting:
            begin_print();
            break;
        case State::kFinishing:
            end_print(true);
            break;
        case State::kOperational:
            if (previous == State::kCancelling) end_print(false);
            if (facts(previous).phase == Phase::kNotConnected) connected_since_ = simulated_now_;
            tool_.set_target(0);
            bed_.set_target(0);
            break;
        case State::kOpeningSerial:
        case State::kDetectingSerial:
            error_.clear();
            break;
        case State::kOffline:
        case State::kError:
            forget_job();
            break;
        default:
            break;
    }
}

void OctoPrintPrinter::connect() {
    fire(Trigger::kConnect);
}
void OctoPrintPrinter::connect_by_detection() {
    fire(Trigger::kDetect);
}

void OctoPrintPrinter::connect_completely() {
    enter(State::kOperational);
    connected_since_ = simulated_now_ - kPartialAfterConnect;
}

void OctoPrintPrinter::disconnect() {
    fire(Trigger::kDisconnect);
}

void OctoPrintPrinter::fail(std::string error) {
    if (!next_state(state_, Trigger::kFail)) return;
    error_ = std::move(error);
    fire(Trigger::kFail);
}

bool OctoPrintPrinter::force(State state) {
    const bool needs_file = facts(state).phase == Phase::kPrinting || facts(state).phase == Phase::kPaused;
    if (needs_file && !selected_file()) return false;
    if (needs_file && job_ != Job::kActive) begin_print();
    enter(state);
    state_ends_.reset();
    return true;
}

JobAnswer OctoPrintPrinter::command(JobCommand command) {
    const JobAnswer answer = job_answer(command, phase());
    if (answer != JobAnswer::kTaken) return answer;
    switch (command) {
        case JobCommand::kStart:
            if (selected_file()) fire(Trigger::kStart);
            break;
        case JobCommand::kCancel:
            fire(Trigger::kCancel);
            break;
        case JobCommand::kRestart:
            fire(Trigger::kRestart);
            break;
        case JobCommand::kPause:
            fire(Trigger::kPause);
            break;
        case JobCommand::kResume:
            fire(Trigger::kResume);
            break;
        case JobCommand::kTogglePause:
            fire(phase() == Phase::kPaused ? Trigger::kResume : Trigger::kPause);
            break;
    }
    return answer;
}

// --- files and the job ---

void OctoPrintPrinter::add_file(StoredFile file) {
    file.analysis_left = 2s;
    files_.put(std::move(file));
}

bool OctoPrintPrinter::select(std::string_view path) {
    if (phase() != Phase::kOperational || !files_.find(path)) return false;
    selected_ = path;
    was_anything_selected_ = true;
    job_ = Job::kNone;
    return true;
}

bool OctoPrintPrinter::select_and_print(std::string_view path) {
    if (!select(path)) return false;
    fire(Trigger::kStart);
    return true;
}

void OctoPrintPrinter::print_later(std::string_view path, std::chrono::milliseconds delay) {
    late_start_ =
        LateStart{simulated_now_ + std::chrono::duration_cast<Duration>(delay * options_.speed), std::string(path)};
}

bool OctoPrintPrinter::is_printing(std::string_view path) const {
    return job_ == Job::kActive && selected_ == path;
}

void OctoPrintPrinter::deselect(std::string_view path) {
    if (selected_ == path) forget_job();
}

const StoredFile* OctoPrintPrinter::selected_file() const {
    return selected_ ? files_.find(*selected_) : nullptr;
}

OctoPrintPrinter::Duration OctoPrintPrinter::duration_of(const StoredFile& file) const {
    if (options_.print_duration) return *options_.print_duration;
    const double seconds = static_cast<double>(file.size_bytes) / static_cast<double>(options_.bytes_per_second);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::max(seconds, 1.0)));
}

void OctoPrintPrinter::begin_print() {
    job_ = Job::kActive;
    ++prints_begun_[*selected_];
    printed_ = 0s;
    print_takes_ = duration_of(*selected_file());
    tool_.set_target(kToolTarget);
    bed_.set_target(kBedTarget);
}

void OctoPrintPrinter::end_print(bool succeeded) {
    StoredFile& file = *files_.find(*selected_);
    const double duration_s = std::chrono::duration<double>(printed_).count();
    file.last_print = StoredFile::Print{now_, duration_s, succeeded};
    ++(succeeded ? file.successes : file.failures);
    if (succeeded) file.success_time_sum_s += duration_s;
    files_.touch();
    job_ = succeeded ? Job::kDone : Job::kNone;
}

void OctoPrintPrinter::forget_job() {
    if (job_ == Job::kActive) end_print(false);
    job_ = Job::kNone;
    selected_.reset();
    tool_.set_target(0);
    bed_.set_target(0);
}

JobProgress OctoPrintPrinter::progress() const {
    const StoredFile* file = selected_file();
    if (!file || job_ == Job::kNone) return {};
    if (job_ == Job::kDone) return {100.0, file->size_bytes, whole_seconds(printed_), 0, std::nullopt};
    if (printed_ < kNoProgressYet) return {};
    return active_progress(*file);
}

JobProgress OctoPrintPrinter::active_progress(const StoredFile& file) const {
    const double done = std::min(printed_ / std::chrono::duration<double, std::micro>(print_takes_), 1.0);
    const auto filepos = static_cast<std::uint64_t>(done * static_cast<double>(file.size_bytes));
    JobProgress progress;
    progress.filepos = filepos;
    progress.completion =
        file.size_bytes == 0 ? 100.0 : static_cast<double>(filepos) * 100.0 / static_cast<double>(file.size_bytes);
    progress.print_time_s = whole_seconds(printed_);
    progress.left_origin = file.analysis && printed_ < kAnalysisEstimateUntil ? "analysis" : "linear";
    if (file.analysis || printed_ >= kNoEstimateYet) {
        // Real estimates jump up and down; a wave that depends on nothing but the time does the same every time.
        const double wave = 1 + 0.1 * std::sin(static_cast<double>(whole_seconds(printed_)));
        progress.print_time_left_s =
            static_cast<std::int64_t>(static_cast<double>(whole_seconds(print_takes_ - printed_)) * wave);
    }
    return progress;
}

// --- temperatures ---

void OctoPrintPrinter::report_temperatures() {
    if (reported_at_ && simulated_now_ - *reported_at_ < kReportInterval) return;
    reported_at_ = simulated_now_;
    std::normal_distribution<double> noise(0, 0.1);
    shown_tool_ = rounded_to_tenth(tool_.actual() + noise(noise_));
    shown_bed_ = rounded_to_tenth(bed_.actual() + noise(noise_));
    if (!state_facts().flags.operational) return;
    history_.push_back({now_, temperatures()});
    if (history_.size() > kHistoryMax) history_.pop_front();
}

std::vector<TemperatureReading> OctoPrintPrinter::temperatures() const {
    const Duration connected_for = simulated_now_ - connected_since_;
    if (connected_for < kSilentAfterConnect) return {};
    if (connected_for < kPartialAfterConnect) return {{"bed", std::nullopt, 0.0}};
    return {{"bed", shown_bed_, bed_.target()}, {"tool0", shown_tool_, tool_.target()}};
}

}  // namespace karmen::fake
