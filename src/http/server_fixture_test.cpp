#include "http/server_fixture_test.hpp"

#include "base/error.hpp"
#include "http/file_response.hpp"
#include "runtime/sleep.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <fcntl.h>
#include <filesystem>

namespace karmen::http {

using namespace std::chrono_literals;

namespace {

/// Releases a semaphore when a frame ends, however it does.
class Releases {
  public:
    explicit Releases(std::binary_semaphore& semaphore) : semaphore_(semaphore) {}
    Releases(const Releases&) = delete;
    Releases& operator=(const Releases&) = delete;
    ~Releases() { semaphore_.release(); }

  private:
    std::binary_semaphore& semaphore_;
};

Awaitable<void> write_pieces(BodyWriter& writer) {
    co_await writer.write("one,");
    co_await sleep_for(1ms);
    co_await writer.write("");
    co_await writer.write("two,");
    co_await writer.write(std::string(100'000, 'x'));
}

Awaitable<void> break_off(BodyWriter& writer) {
    co_await writer.write("one,");
    throw std::runtime_error("planned");
}

Awaitable<void> write_for_ever(BodyWriter& writer, std::binary_semaphore& started, std::binary_semaphore& cancelled) {
    const Releases at_end(cancelled);
    started.release();
    const std::string block(64 * 1024, 'x');
    for (;;) co_await writer.write(block);
}

Awaitable<void> say_nothing(BodyWriter& writer, std::binary_semaphore& started, std::binary_semaphore& cancelled) {
    const Releases at_end(cancelled);
    co_await writer.write("hello");
    started.release();
    co_await sleep_for(1h);
}

Response streamed(StreamBody body) {
    Response response = Response::text(200, "text/plain", {});
    response.body = std::move(body);
    return response;
}

Response file_at(const Request& request, const std::string& path) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file_response(request, std::move(file),
                         {.size = std::filesystem::file_size(path),
                          .validators = {"e", std::chrono::system_clock::from_time_t(0)},
                          .content_type = "text/plain",
                          .download_name = ""});
}

}  // namespace

ServerOptions ServerTest::quick() {
    ServerOptions options;
    options.check_interval = 5ms;
    return options;
}

void ServerTest::start(ServerOptions options) {
    server_ = std::make_unique<Server>(
        loop_.executor(), std::move(options), [this](Request& request) { return handle(request); }, *files_, log_);
    server_->start();
    port_ = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
}

void ServerTest::stop(std::chrono::milliseconds grace) {
    boost::asio::co_spawn(loop_.executor(), server_->stop(grace), boost::asio::use_future).get();
    thread_.join();
    server_.reset();
}

ServerTest::~ServerTest() {
    if (server_) stop(0ms);
    files_.reset();
}

RawClient::Answer ServerTest::ask(std::string_view request) const {
    RawClient client(port_);
    client.send(request);
    return client.read_answer(request.starts_with("HEAD "));
}

Awaitable<Response> ServerTest::wait(Request&) {
    handler_started_.release();
    try {
        co_await sleep_for(1h);
    } catch (const std::exception&) {
        handler_cancelled_.release();
        throw;
    }
    co_return Response::no_content();
}

Awaitable<Response> ServerTest::read_upload(Request& request) {
    try {
        const std::string body = co_await read_all(*request.body);
        co_return Response::text(201, "text/plain", std::to_string(body.size()) + ":" + body.substr(0, 100));
    } catch (const Error& error) {
        body_refused_.release();
        throw;
    }
}

Awaitable<Response> ServerTest::handle(Request& request) {
    const std::string what = request.segments.empty() ? "" : request.segments[0];
    if (what == "wait") co_return co_await wait(request);
    if (what == "upload") co_return co_await read_upload(request);
    if (what == "slow") {
        handler_started_.release();
        co_await sleep_for(50ms);
        handler_finished_.release();
        co_return Response::text(200, "text/plain", "finished");
    }
    if (what == "small-upload") {
        request.body->limit(10);
        co_return co_await read_upload(request);
    }
    if (what == "refuse") throw Error(ErrorCode::kForbidden, PublicMessage{"no"}, LogDetail{"secret"});
    if (what == "throw") throw std::runtime_error("secret");
    if (what == "empty") co_return Response::no_content();
    if (what == "file") co_return file_at(request, file_path_);
    if (what == "no-file") {
        Response response;
        response.body = FileBody{FileDescriptor(), 0, 100};
        co_return response;
    }
    if (what == "stream") co_return streamed(write_pieces);
    if (what == "broken-stream") co_return streamed(break_off);
    if (what == "endless")
        co_return streamed([this](BodyWriter& w) { return write_for_ever(w, handler_started_, handler_cancelled_); });
    if (what == "silent")
        co_return streamed([this](BodyWriter& w) { return say_nothing(w, handler_started_, handler_cancelled_); });
    Response response = Response::text(200, "text/plain", request.method + " " + request.target);
    response.headers.add("X-Remote", request.remote_address);
    response.headers.add("X-Split", "a\r\nInjected: b");
    co_return response;
}

}  // namespace karmen::http
