#include "http/server.hpp"

#include "base/error.hpp"
#include "http/server_context.hpp"
#include "http/session.hpp"
#include "runtime/sleep.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace karmen::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};

std::string text_of(const asio::ip::address& address) {
    // A dual-stack socket shows IPv4 clients as ::ffff:1.2.3.4.
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

/// The connections of the acceptor inherit it. Without it the kernel accepts megabytes of an answer that the client
/// does not read, and copying them delays all others. A kernel without this option only loses this advantage.
void limit_unsent(tcp::acceptor& acceptor, std::size_t bytes_max) {
    const auto bytes = static_cast<unsigned>(bytes_max);
    ::setsockopt(acceptor.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

}  // namespace

struct Server::Impl {
    Impl(Executor loop_in, ServerOptions options, Handler handler, Pool& files, Log& log)
        : loop(std::move(loop_in)),
          context(std::move(options), std::move(handler), files, log),
          acceptor(loop),
          drained(loop, asio::steady_timer::time_point::max()),
          connections(loop, log, "connection"),
          background(loop, log, "server") {}

    Awaitable<void> accept_all();
    void take(tcp::socket socket);
    Awaitable<void> serve(tcp::socket socket, std::string peer, Awaitable<void> (Session::*work)());
    Awaitable<void> tick();
    void cancel_those_whose_client_left();
    Awaitable<void> stop(std::chrono::milliseconds grace);

    Executor loop;
    ServerContext context;
    tcp::acceptor acceptor;
    std::list<Session*> sessions;
    std::vector<::pollfd> polled;  ///< kept for its memory
    asio::steady_timer drained;    ///< woken when a stopping server has lost its last session
    TaskGroup connections;
    TaskGroup background;
};

Awaitable<void> Server::Impl::accept_all() {
    bool was_failing = false;
    while (acceptor.is_open()) {
        auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (!acceptor.is_open()) co_return;
        if (!error) {
            take(std::move(socket));
        } else if (error != asio::error::connection_aborted) {
            // For example no file descriptors are left, in spite of the reserve: the client waits in the kernel's queue
            // until others have left.
            if (!was_failing) context.log.error("cannot accept connections", {{"error", error.message()}});
            co_await sleep_for(kAcceptPause);
        }
        was_failing = static_cast<bool>(error);
    }
}

void Server::Impl::take(tcp::socket socket) {
    error_code gone;
    const tcp::endpoint peer = socket.remote_endpoint(gone);
    const std::size_t connections_max = context.options.connections_max;
    if (gone || connections.size() >= connections_max + context.options.refusals_max) return;
    connections.spawn(serve(std::move(socket), text_of(peer.address()),
                            connections.size() < connections_max ? &Session::run : &Session::refuse));
}

Awaitable<void> Server::Impl::serve(tcp::socket socket, std::string peer, Awaitable<void> (Session::*work)()) {
    Session session(context, std::move(socket), std::move(peer));
    struct Listed {
        Impl& impl;
        std::list<Session*>::iterator place;
        ~Listed() {
            impl.sessions.erase(place);
            if (impl.sessions.empty() && impl.context.is_stopping) impl.drained.cancel();
        }
    } const listed{*this, sessions.insert(sessions.end(), &session)};
    // A separate coroutine, so that it can be cancelled alone if its client leaves.
    co_await asio::co_spawn(
        loop, (session.*work)(),
        asio::bind_cancellation_slot(session.connection().cancellation_slot(), asio::use_awaitable));
}

/// Checks all connections at once, which is cheaper than setting timers for each request that seldom fire.
Awaitable<void> Server::Impl::tick() {
    for (;;) {
        co_await sleep_for(context.options.check_interval);
        const auto now = std::chrono::steady_clock::now();
        for (auto next = sessions.begin(); next != sessions.end();) (*next++)->connection().check_deadline(now);
        cancel_those_whose_client_left();
    }
}

void Server::Impl::cancel_those_whose_client_left() {
    polled.clear();
    for (Session* session : sessions)
        if (session->connection().is_client_watched())
            polled.push_back({session->connection().native_handle(), POLLRDHUP, 0});
    // POLLRDHUP shows the end even behind pipelined bytes that were not read yet.
    if (polled.empty() || ::poll(polled.data(), polled.size(), 0) <= 0) return;
    auto answer = polled.cbegin();
    for (auto next = sessions.begin(); next != sessions.end();) {
        Connection& connection = (*next++)->connection();
        if (!connection.is_client_watched()) continue;
        if ((answer++)->revents != 0 && connection.cancel_reason() == Connection::CancelReason::kNone)
            connection.cancel(Connection::CancelReason::kClientLeft);
    }
}

Awaitable<void> Server::Impl::stop(std::chrono::milliseconds grace) {
    // The wait cannot be cancelled before all connections have ended, because they use objects that the caller will
    // destroy.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    context.is_stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    for (auto next = sessions.begin(); next != sessions.end();) {
        Session& session = **next++;
        if (session.is_idle()) session.connection().cancel(Connection::CancelReason::kStopping);
    }
    drained.expires_after(grace);
    if (!sessions.empty()) co_await drained.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    for (auto next = sessions.begin(); next != sessions.end();)
        (*next++)->connection().cancel(Connection::CancelReason::kStopping);
    co_await connections.join();
    background.cancel();
    co_await background.join();
}

Server::Server(Executor loop, ServerOptions options, Handler handler, Pool& files, Log& log)
    : impl_(std::make_unique<Impl>(std::move(loop), std::move(options), std::move(handler), files, log)) {}

Server::~Server() = default;

void Server::listen() {
    const ServerOptions& options = impl_->context.options;
    try {
        const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
        impl_->acceptor.open(endpoint.protocol());
        impl_->acceptor.set_option(tcp::acceptor::reuse_address(true));
        limit_unsent(impl_->acceptor, options.unsent_bytes_max);
        impl_->acceptor.bind(endpoint);
        impl_->acceptor.listen();
    } catch (const system_error& error) {
        error_code ignored;
        impl_->acceptor.close(ignored);
        throw Error(ErrorCode::kInternal, PublicMessage{"Cannot listen on " + options.address + " port " +
                                                        std::to_string(options.port) + ": " + error.code().message()});
    }
}

void Server::start() {
    if (!impl_->acceptor.is_open()) listen();
    impl_->background.spawn(impl_->accept_all());
    impl_->background.spawn(impl_->tick());
}

std::uint16_t Server::port() const {
    return impl_->acceptor.local_endpoint().port();
}

Awaitable<void> Server::stop(std::chrono::milliseconds grace) {
    return impl_->stop(grace);
}

}  // namespace karmen::http
