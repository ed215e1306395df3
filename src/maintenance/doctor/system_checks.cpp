#include "maintenance/doctor/system_checks.hpp"

#include "base/display.hpp"
#include "base/file_descriptor.hpp"
#include "base/json_members.hpp"
#include "base/log.hpp"
#include "net/http_client.hpp"
#include "runtime/loop.hpp"
#include "runtime/pool.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>

namespace karmen::maintenance::doctor {

namespace {

constexpr const char* kClock = "clock";
constexpr const char* kDescriptors = "descriptors";
constexpr const char* kPort = "port";

/// The clocks of two synchronised machines never differ by this much.
constexpr std::chrono::minutes kClockTolerance{1};
/// For the database, files, the log and requests to printers.
constexpr std::uint64_t kOtherDescriptors = 1000;

/// The errno of an attempt to bind the port without listening; 0 if it is free.
int try_port(const boost::asio::ip::tcp::endpoint& endpoint) {
    const FileDescriptor socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return errno;
    // As the server does: connections that were closed lately do not count.
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 ? 0 : errno;
}

/// A server that listens on all addresses is asked at the loopback address.
std::string url_of(boost::asio::ip::tcp::endpoint endpoint) {
    namespace ip = boost::asio::ip;
    if (endpoint.address() == ip::address_v4::any()) endpoint.address(ip::address_v4::loopback());
    if (endpoint.address() == ip::address_v6::any()) endpoint.address(ip::address_v6::loopback());
    const std::string host = endpoint.address().to_string();
    return fmt::format("http://{}:{}/", endpoint.address().is_v6() ? "[" + host + "]" : host, endpoint.port());
}

/// The version of the Karmen that answers there; nullopt if something else or nothing answers.
std::optional<std::string> karmen_at(const std::string& url) {
    Loop loop;
    Pool files("files", 1, 1);
    Log log = Log::silent();
    net::HttpClient client(loop.executor(), files, {}, log);
    const auto answer = loop.run_until_done(client.send({.url = url, .total_timeout = std::chrono::seconds(3)}));
    if (!answer) return std::nullopt;
    boost::json::error_code failure;
    const boost::json::value body = boost::json::parse(answer->body, failure);
    const JsonMembers facts(object_or_empty(body));
    if (failure || facts.text("app") != "karmen_backend") return std::nullopt;
    return facts.text("version");
}

}  // namespace

Synchronisation clock_synchronisation() {
    timex state{};
    const int result = ::adjtimex(&state);
    if (result < 0) return Synchronisation::kUnknown;
    return result == TIME_ERROR ? Synchronisation::kNo : Synchronisation::kYes;
}

std::optional<Timestamp> program_made() {
    struct stat facts{};
    if (::stat("/proc/self/exe", &facts) != 0) return std::nullopt;
    return Timestamp{std::chrono::seconds{facts.st_mtim.tv_sec}};
}

Finding check_clock(Timestamp now, std::optional<Timestamp> program_made, std::optional<Timestamp> newest_row,
                    Synchronisation synchronisation) {
    constexpr const char* kAdvice = "set it right and keep it so: `timedatectl set-ntp true`";
    const std::string shown = local_time(now);
    if (program_made && now + kClockTolerance < *program_made)
        return error(kClock, fmt::format("it says {}, but this program was made {}; {}", shown,
                                         local_time(*program_made), kAdvice));
    if (newest_row && now + kClockTolerance < *newest_row)
        return error(kClock, fmt::format("it says {}, but the database has a row of {}; {}", shown,
                                         local_time(*newest_row), kAdvice));
    if (synchronisation == Synchronisation::kNo)
        return warning(kClock, fmt::format("it says {}, and nobody keeps it right; {}", shown, kAdvice));
    return ok(kClock, fmt::format("{}{}", shown, synchronisation == Synchronisation::kYes ? ", synchronised" : ""));
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

Finding check_descriptors(std::uint64_t limit, int connections_max) {
    const std::uint64_t wanted = static_cast<std::uint64_t>(connections_max) + kOtherDescriptors;
    if (limit < wanted)
        return warning(
            kDescriptors,
            fmt::format("a process may have {}, but {} connections (http.connections_max) want {}; raise the "
                        "limit (LimitNOFILE= of systemd, or `ulimit -Hn`)",
                        limit, connections_max, wanted));
    return ok(kDescriptors, fmt::format("{}, {} are enough", limit, wanted));
}

Finding check_port(const config::Config& config) {
    if (config.http.port == 0) return ok(kPort, "any free one is taken");
    const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::make_address(config.http.address),
                                                  static_cast<std::uint16_t>(config.http.port));
    const std::string url = url_of(endpoint);
    const int problem = try_port(endpoint);
    switch (problem) {
        case 0:
            return ok(kPort,
                      fmt::format("{} of {} is free; no Karmen runs there", config.http.port, config.http.address));
        case EADDRINUSE:
            if (const auto version = karmen_at(url))
                return ok(kPort, fmt::format("Karmen {} answers at {}", printable(*version), url));
            return error(kPort,
                         fmt::format("another program has {0}; set http.port to another, or see whose it is: `ss "
                                     "-ltnp sport = :{0}`",
                                     config.http.port));
        case EACCES:
            return error(kPort, fmt::format("{} may not be taken by this user; set http.port to 1024 or above",
                                            config.http.port));
        case EADDRNOTAVAIL:
            return error(kPort, fmt::format("{} is no address of this machine; set http.address", config.http.address));
        default:
            return error(kPort, fmt::format("{} of {} cannot be taken: {}", config.http.port, config.http.address,
                                            std::strerror(problem)));
    }
}

}  // namespace karmen::maintenance::doctor
