#include "http/raw_client_test.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace karmen::http {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const ::timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int yes = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

RawClient::~RawClient() {
    if (fd_ >= 0) ::close(fd_);
}

bool RawClient::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ::ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
        if (sent < 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::send(std::string_view bytes) {
    if (!try_send(bytes)) fail("send");
}

void RawClient::shutdown_send() {
    ::shutdown(fd_, SHUT_WR);
}

void RawClient::reset() {
    const ::linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
    fd_ = -1;
}

bool RawClient::receive() {
    char buffer[65536];
    const ::ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == ECONNRESET) return false;
    if (got < 0) fail("recv");
    received_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
}

std::string RawClient::read_bytes(std::size_t count) {
    while (received_.size() < count)
        if (!receive()) throw std::runtime_error("connection ended early, after: " + received_);
    std::string bytes = received_.substr(0, count);
    received_.erase(0, count);
    return bytes;
}

std::string RawClient::read_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos)
        if (!receive()) throw std::runtime_error("connection ended early, after: " + received_);
    return read_bytes(at + end.size());
}

std::string RawClient::read_to_end() {
    while (receive()) continue;
    return std::exchange(received_, {});
}

std::optional<std::string> RawClient::Answer::header(std::string_view name) const {
    for (const std::string_view line : split(head, '\n'))
        if (line.size() > name.size() && line[name.size()] == ':' && starts_with_ignoring_case(line, name))
            return std::string(trim(line.substr(name.size() + 1, line.size() - name.size() - 2)));
    return std::nullopt;
}

RawClient::Answer RawClient::read_answer(bool head_only) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    answer.status = static_cast<unsigned>(parse_int(answer.head.substr(9, 3)).value_or(0));
    if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
    if (const auto length = answer.header("Content-Length")) {
        answer.body = read_bytes(static_cast<std::size_t>(parse_int(*length).value()));
    } else if (answer.header("Transfer-Encoding") == "chunked") {
        for (std::size_t size = 1; size > 0;) {
            const std::string line = read_until("\r\n");
            std::from_chars(line.data(), line.data() + line.size(), size, 16);
            answer.body += read_bytes(size);
            if (read_bytes(2) != "\r\n") throw std::runtime_error("broken chunk");
        }
    } else {
        answer.body = read_to_end();
    }
    return answer;
}

}  // namespace karmen::http
