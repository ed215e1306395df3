#include "identity/password_queue.hpp"

namespace karmen::identity {

PasswordQueue::Turn::Turn(PasswordQueue& queue, std::string network, std::string name)
    : queue_(queue), begun_(queue.loop_), id_(queue.turns_.enter(std::move(network), std::move(name))) {
    queue_.begun_.emplace(id_, &begun_);
    queue_.begin_turns();
}

PasswordQueue::Turn::~Turn() {
    queue_.begun_.erase(id_);
    queue_.turns_.leave(id_);
    queue_.begin_turns();
}

void PasswordQueue::begin_turns() {
    while (const auto id = turns_.begin_next(clock_.now())) begun_.at(*id)->set();
}

}  // namespace karmen::identity
