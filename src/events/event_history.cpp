#include "events/event_history.hpp"

#include "base/error.hpp"
#include "runtime/timeout.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace karmen::events {

namespace {

/// How much a follower that is behind gets at a time.
constexpr std::size_t kBatchBytes = 16UL << 10;
constexpr int kFullRetryAfterSeconds = 5;

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string EventId::to_string() const {
    return std::to_string(time_ms) + '-' + std::to_string(number);
}

std::optional<EventId> EventId::parse(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto time = parse_number(text.substr(0, dash));
    const auto number = parse_number(text.substr(dash + 1));
    if (!time || !number) return std::nullopt;
    return EventId{*time, *number};
}

EventFollower::EventFollower(EventHistory& history, std::optional<EventId> position)
    : history_(&history), position_(position) {
    ++history_->followers_;
}

EventFollower::EventFollower(EventFollower&& other) noexcept
    : history_(std::exchange(other.history_, nullptr)), position_(other.position_) {}

EventFollower::~EventFollower() {
    if (history_) --history_->followers_;
}

Awaitable<std::optional<std::vector<PublishedEventPtr>>> EventFollower::next(std::chrono::milliseconds patience) {
    if (!history_->is_stopped_ && !history_->has_news(position_))
        co_await finishes_within(patience, history_->news_.wait());
    if (history_->is_stopped_) co_return std::nullopt;
    co_return history_->take_news(position_);
}

EventHistory::EventHistory(Executor loop, EventHistoryOptions options) : options_(options), news_(loop) {}

void EventHistory::append(PublishedEvent event) {
    newest_ = event.id;
    const auto added = std::make_shared<const PublishedEvent>(std::move(event));
    const EventSubject& subject = added->subject;
    if (subject.kind != EventSubject::Kind::kFact) remove_state(subject.id);
    if (subject.kind == EventSubject::Kind::kState) {
        states_.emplace_hint(states_.end(), added->id, added);
        state_of_[subject.id] = added->id;
    } else {
        append_fact(added);
    }
    news_.notify_all();
}

void EventHistory::append_fact(PublishedEventPtr event) {
    facts_.push_back(std::move(event));
    while (facts_.size() > options_.events_max) {
        begin_ = facts_.front()->id;
        facts_.pop_front();
    }
}

void EventHistory::remove_state(const std::string& thing) {
    const auto found = state_of_.find(thing);
    if (found == state_of_.end()) return;
    states_.erase(found->second);
    state_of_.erase(found);
}

void EventHistory::begin_anew(EventId newest) {
    facts_.clear();
    states_.clear();
    state_of_.clear();
    begin_ = newest_ = newest;
    news_.notify_all();
}

EventFollower EventHistory::follow(std::optional<std::string_view> last_id) {
    if (is_stopped_ || followers_ >= options_.followers_max)
        throw Error(ErrorCode::kOverloaded,
                    PublicMessage{is_stopped_ ? "The server is about to stop" : "Too many clients follow the events"})
            .with_retry_after(kFullRetryAfterSeconds);
    return {*this, last_id ? EventId::parse(*last_id) : std::nullopt};
}

void EventHistory::stop() {
    is_stopped_ = true;
    news_.notify_all();
}

bool EventHistory::has_news(const std::optional<EventId>& position) const {
    return !position || *position != newest_;
}

std::vector<PublishedEventPtr> EventHistory::take_news(std::optional<EventId>& position) const {
    if (!position || !has_all_after(*position)) {
        position = newest_;
        return {std::make_shared<const PublishedEvent>(newest_, kResetEvent, "{}")};
    }
    std::vector<PublishedEventPtr> batch;
    std::size_t bytes = 0;
    auto fact = std::ranges::upper_bound(facts_, *position, {}, [](const PublishedEventPtr& each) { return each->id; });
    auto state = states_.upper_bound(*position);
    while (bytes < kBatchBytes && (fact != facts_.end() || state != states_.end())) {
        const bool is_fact = state == states_.end() || (fact != facts_.end() && (*fact)->id < state->first);
        batch.push_back(is_fact ? *fact++ : (state++)->second);
        bytes += batch.back()->data.size();
        position = batch.back()->id;
    }
    // The events between the last one and the newest were states that are over.
    if (batch.empty()) position = newest_;
    return batch;
}

}  // namespace karmen::events
