#include "storage/watchdog.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace karmen::storage {
namespace {

using namespace std::chrono_literals;

/// Two connected sockets: one end waits for an answer, the other never gives it.
class SocketPair {
  public:
    SocketPair() {
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) != 0) throw std::runtime_error("no sockets");
    }
    ~SocketPair() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;

    int socket() const { return ends_[0]; }
    /// Returns when somebody has ended the socket.
    void wait_for_end() const {
        char byte = 0;
        EXPECT_EQ(::read(ends_[0], &byte, 1), 0);
    }
    bool is_open() const {
        char byte = 0;
        return ::recv(ends_[0], &byte, 1, MSG_DONTWAIT) < 0;
    }

  private:
    std::array<int, 2> ends_{};
};

TEST(Watchdog, EndsSocketsOnWhichIsWaitedForTooLong) {
    Watchdog watchdog(20ms);
    for (int round = 0; round < 3; ++round) {
        const SocketPair first;
        const SocketPair second;
        const auto watch_first = watchdog.watch(first.socket());
        const auto watch_second = watchdog.watch(second.socket());
        first.wait_for_end();
        second.wait_for_end();
    }
}

TEST(Watchdog, LeavesAloneWhatIsNoLongerWatched) {
    Watchdog watchdog(20ms);
    const SocketPair done;
    {
        const auto watch = watchdog.watch(done.socket());
    }
    const SocketPair later;
    auto watch = watchdog.watch(later.socket());
    const auto moved = std::move(watch);
    later.wait_for_end();
    EXPECT_TRUE(done.is_open());
}

TEST(Watchdog, TakesSocketsFromManyThreads) {
    Watchdog watchdog(1h);
    const SocketPair sockets;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) const auto watch = watchdog.watch(sockets.socket());
        });
    threads.clear();
    EXPECT_TRUE(sockets.is_open());
}

}  // namespace
}  // namespace karmen::storage
