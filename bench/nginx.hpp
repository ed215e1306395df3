#pragma once

#include "base/random.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/// The reference of several benchmarks.
namespace karmen::bench {

inline std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<::sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<::sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
}

/// nginx with one worker in the foreground as a child, with all its files in a folder of its own.
class Nginx {
  public:
    /// `server` stands in its server block; `data.json` there has `data`.
    explicit Nginx(const std::string& server, const std::string& data = {})
        : folder_(std::filesystem::temp_directory_path() / ("karmen_bench_" + random_hex(4))), port_(free_port()) {
        std::filesystem::create_directories(folder_);
        // Its worker may run as another user.
        std::filesystem::permissions(folder_, std::filesystem::perms(0755));
        std::ofstream(folder_ / "data.json") << data;
        std::ofstream(folder_ / "nginx.conf")
            << "worker_processes 1;\npid nginx.pid;\nerror_log stderr crit;\nevents { worker_connections 1024; }\n"
            << "http { access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;\n"
            << "types { application/json json; } open_file_cache max=10;\n"
            << "server { listen 127.0.0.1:" << port_ << "; root " << folder_.string() << "; " << server << " } }\n";
        child_ = ::fork();
        if (child_ == 0) {
            const std::string folder = folder_.string();
            ::execlp("nginx", "nginx", "-p", folder.c_str(), "-c", "nginx.conf", "-g", "daemon off;", nullptr);
            ::_exit(127);
        }
    }
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx() {
        ::kill(child_, SIGTERM);
        ::waitpid(child_, nullptr, 0);
        std::filesystem::remove_all(folder_);
    }
    std::uint16_t port() const { return port_; }

    /// Of its worker; 0 when there is none yet.
    double cpu_seconds() const {
        const std::string process = "/proc/" + std::to_string(child_);
        ::pid_t worker = 0;
        std::ifstream(process + "/task/" + std::to_string(child_) + "/children") >> worker;
        std::ifstream stat("/proc/" + std::to_string(worker) + "/stat");
        std::string skipped;
        for (int field = 1; field < 14; ++field) stat >> skipped;
        double user = 0;
        double system = 0;
        stat >> user >> system;
        return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

  private:
    std::filesystem::path folder_;
    std::uint16_t port_;
    ::pid_t child_ = -1;
};

}  // namespace karmen::bench
