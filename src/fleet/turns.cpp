#include "fleet/turns.hpp"

namespace karmen::fleet {

Turns::Turn::Turn(Turns& turns, Expected expected)
    : turns_(turns), expected_(expected), number_(turns.numbers_++), begun_(turns.loop_) {
    turns_.queue_of(expected).push_back(this);
    turns_.begin_next();
}

Turns::Turn::~Turn() {
    if (!begun_.is_set()) {
        std::erase(turns_.queue_of(expected_), this);
    } else {
        --turns_.running_;
        if (expected_ == Expected::kSilence) --turns_.running_silent_;
    }
    turns_.begin_next();
}

void Turns::Turn::hurry() {
    if (begun_.is_set()) return;
    std::erase(turns_.queue_of(expected_), this);
    turns_.begin(*this);
}

void Turns::begin(Turn& turn) {
    ++running_;
    if (turn.expected_ == Expected::kSilence) ++running_silent_;
    turn.begun_.set();
}

/// Null if nobody waits who may begin.
Turns::Turn* Turns::next() const {
    if (running_ >= places_) return nullptr;
    Turn* answering = answering_.empty() ? nullptr : answering_.front();
    Turn* silent = silent_.empty() || running_silent_ >= places_ / 2 ? nullptr : silent_.front();
    if (!answering || !silent) return answering ? answering : silent;
    return answering->number_ < silent->number_ ? answering : silent;
}

void Turns::begin_next() {
    while (Turn* turn = next()) {
        queue_of(turn->expected_).pop_front();
        begin(*turn);
    }
}

}  // namespace karmen::fleet
