#include "net/curl_multi.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <csignal>
#include <new>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace karmen::net {

namespace {

/// Once per process, before the first handle. libcurl's own guard against SIGPIPE is off (CURLOPT_NOSIGNAL) since it
/// would cost two system calls at each step; OpenSSL's writes to a closed connection raise that signal.
void prepare_process() {
    static const bool ready = [] {
        std::signal(SIGPIPE, SIG_IGN);
        return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    }();
    if (!ready) throw std::runtime_error("libcurl cannot be initialised");
}

}  // namespace

/// One socket of libcurl's, as long as libcurl wants to know about it.
class CurlMulti::Watch : public std::enable_shared_from_this<Watch> {
  public:
    using WaitType = boost::asio::posix::descriptor_base::wait_type;

    Watch(CurlMulti& multi, curl_socket_t socket) : multi_(&multi), socket_(socket), descriptor_(multi.loop_, socket) {}
    ~Watch() { let_go(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void want(int what) {
        read_.wanted = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
        write_.wanted = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
        wait(read_);
        wait(write_);
    }

    /// From here on no handler uses the multi handle, not even one that is already in the loop's queue.
    void let_go() {
        if (!std::exchange(multi_, nullptr)) return;
        descriptor_.release();
    }

  private:
    struct Direction {
        WaitType type;
        bool wanted = false;
        bool waiting = false;
    };

    /// Each wait asks the operating system again, so that bytes that libcurl left unread wake it again
    /// (level-triggered).
    void wait(Direction& direction) {
        if (!direction.wanted || direction.waiting) return;
        direction.waiting = true;
        descriptor_.async_wait(direction.type, [self = shared_from_this(), &direction](boost::system::error_code) {
            self->ready(direction);
        });
    }

    void ready(Direction& direction) {
        direction.waiting = false;
        if (!multi_ || !direction.wanted) return;
        multi_->work(socket_);
        if (multi_) wait(direction);
    }

    CurlMulti* multi_;
    curl_socket_t socket_;
    boost::asio::posix::stream_descriptor descriptor_;
    Direction read_{.type = WaitType::wait_read};
    Direction write_{.type = WaitType::wait_write};
};

CurlMulti::CurlMulti(Executor loop, long connections_max, long idle_connections_max, Log& log)
    : loop_(std::move(loop)), log_(log), multi_((prepare_process(), curl_multi_init())), timer_(loop_) {
    if (!multi_) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, idle_connections_max);
}

CurlMulti::~CurlMulti() {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
    for (auto& [socket, watch] : watches_) watch->let_go();
    curl_multi_cleanup(multi_);
}

void CurlMulti::add(CURL* easy, Listener& listener) {
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &listener);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlMulti::on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK) throw std::bad_alloc();
}

void CurlMulti::remove(CURL* easy) {
    curl_multi_remove_handle(multi_, easy);
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& multi = *static_cast<CurlMulti*>(self);
    if (what == CURL_POLL_REMOVE)
        multi.unwatch(socket);
    else
        multi.watch(socket, what);
    return 0;
}

/// libcurl may close a socket before it says that it need not be watched any longer (seen with 7.88): by then its
/// number may be that of a file of another thread.
int CurlMulti::on_close(void* self, curl_socket_t socket) {
    static_cast<CurlMulti*>(self)->unwatch(socket);
    return ::close(socket);
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<CurlMulti*>(self)->set_timer(timeout_ms);
    return 0;
}

void CurlMulti::watch(curl_socket_t socket, int what) {
    try {
        auto& entry = watches_[socket];
        if (!entry) entry = std::make_shared<Watch>(*this, socket);
        entry->want(what);
    } catch (const std::exception& error) {
        // An exception must not pass through libcurl, and a failed callback would end all exchanges. So this exchange
        // runs into its time limit.
        log_.error("a connection cannot be watched", {{"error", error.what()}});
        watches_.erase(socket);
    }
}

void CurlMulti::unwatch(curl_socket_t socket) {
    const auto entry = watches_.find(socket);
    if (entry == watches_.end()) return;
    entry->second->let_go();
    watches_.erase(entry);
}

void CurlMulti::set_timer(long timeout_ms) {
    timer_.cancel();
    if (timeout_ms < 0) return;
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    // Also if the time is 0, because libcurl calls this and must not be entered a second time.
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (self && !error) self->work(CURL_SOCKET_TIMEOUT);
    });
}

void CurlMulti::work(curl_socket_t socket) {
    int running = 0;
    // 0 lets libcurl check the socket itself, and it reads before it writes. If it were told only that the socket is
    // writable, it would fail at a closed connection before it had read why the server closed it.
    curl_multi_socket_action(multi_, socket, 0, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        void* listener = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &listener);
        static_cast<Listener*>(listener)->on_finished(message->data.result);
    }
}

}  // namespace karmen::net
