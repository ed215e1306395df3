// Requests per second of a trivial handler, as a ratio to nginx with one worker and a static file of the same bytes,
// and the multipart parser as a ratio to memcpy. nginx and Karmen take turns in one run, so that both see the same
// machine. Needs nginx and wrk.

#include "http/multipart.hpp"
#include "http/server.hpp"
#include "nginx.hpp"
#include "runtime/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace karmen;
using namespace std::chrono_literals;

constexpr int kRounds = 5;
constexpr double kTarget = 0.8;  ///< of nginx's requests per second

const std::string& json_1k() {
    static const std::string text = R"({"items": ")" + std::string(1000, 'x') + "\"}";
    return text;
}

Awaitable<http::Response> answer(http::Request&) {
    co_return http::Response::json(200, json_1k());
}

/// Requests per second as wrk counts them; 0 when it cannot.
double measure(std::uint16_t port, const char* path, const char* duration) {
    const std::string command =
        "wrk -t1 -c64 -d" + std::string(duration) + " http://127.0.0.1:" + std::to_string(port) + path + " 2>&1";
    std::FILE* output = ::popen(command.c_str(), "r");
    if (!output) return 0;
    std::array<char, 256> line{};
    double rate = 0;
    bool has_errors = false;
    while (std::fgets(line.data(), line.size(), output)) {
        if (std::strncmp(line.data(), "Requests/sec:", 13) == 0) rate = std::atof(line.data() + 13);
        if (std::strstr(line.data(), "Non-2xx") || std::strstr(line.data(), "Socket errors")) has_errors = true;
    }
    ::pclose(output);
    if (has_errors) std::fprintf(stderr, "wrk saw errors on port %u\n", port);
    return has_errors ? 0 : rate;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// The ratio of our requests per second to nginx's.
double compare_with_nginx() {
    double ratio = 0;
    Loop loop;
    Log log(LogLevel::kWarning, LogFormat::kText);
    Pool files("files", 1, 16);
    http::Server server(loop.executor(), {}, answer, files, log);
    server.start();
    const std::uint16_t port = server.port();
    std::thread thread([&loop] { loop.run(); });
    {
        const bench::Nginx nginx("", json_1k());
        for (int i = 0; i < 50 && measure(nginx.port(), "/data.json", "1s") == 0; ++i)
            std::this_thread::sleep_for(100ms);
        std::vector<double> ours;
        std::vector<double> theirs;
        for (int round = 0; round < kRounds; ++round) {
            theirs.push_back(measure(nginx.port(), "/data.json", "2s"));
            ours.push_back(measure(port, "/", "2s"));
        }
        ratio = median(ours) / median(theirs);
        std::printf("http 1 kB JSON: karmen %.0f/s, nginx %.0f/s, ratio %.2f\n", median(ours), median(theirs), ratio);
    }
    boost::asio::co_spawn(loop.executor(), server.stop(0ms), boost::asio::use_future).get();
    thread.join();
    return ratio;
}

template <class F>
double seconds(F work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t parse_multipart(std::string_view body) {
    constexpr std::size_t kPiece = 64 * 1024;
    http::MultipartParser parser("----WebKitFormBoundaryABCDEFGHIJKLMNOP");
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < body.size(); at += kPiece) {
        parser.feed(body.substr(at, kPiece));
        for (auto event = parser.next(); event != http::MultipartParser::Event::kNeedInput; event = parser.next())
            bytes += parser.data().size();
    }
    parser.finish();
    return bytes;
}

void measure_multipart() {
    const std::string boundary = "------WebKitFormBoundaryABCDEFGHIJKLMNOP";
    std::string body = boundary + "\r\nContent-Disposition: form-data; name=file; filename=a.gcode\r\n\r\n";
    while (body.size() < 256'000'000)
        body += "G1 X" + std::to_string(body.size() % 20'000) + ".123 Y4.567 E0.01234\r\n";
    body += "\r\n" + boundary + "--\r\n";
    std::string copy(body.size(), '\0');
    std::vector<double> parses;
    std::vector<double> copies;
    for (int round = 0; round < kRounds; ++round) {
        copies.push_back(seconds([&] { std::memcpy(copy.data(), body.data(), body.size()); }));
        parses.push_back(seconds([&] {
            if (parse_multipart(body) == 0) throw std::runtime_error("nothing parsed");
        }));
    }
    const double bytes = static_cast<double>(body.size());
    std::printf("multipart: %.2f GB/s, memcpy %.2f GB/s, ratio %.2f\n", bytes / median(parses) / 1e9,
                bytes / median(copies) / 1e9, median(copies) / median(parses));
}

}  // namespace

int main() {
    measure_multipart();
    const double ratio = compare_with_nginx();
    std::printf("target: %.1f of nginx's requests: %s\n", kTarget, ratio >= kTarget ? "holds" : "MISSED");
    return ratio >= kTarget ? 0 : 1;
}
