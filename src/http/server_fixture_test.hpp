#pragma once

#include "http/raw_client_test.hpp"
#include "http/server.hpp"
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <semaphore>
#include <string>
#include <thread>

namespace karmen::http {

/// A server on a loop thread of its own, and what its handler notices.
class ServerTest : public testing::Test {
  protected:
    ~ServerTest() override;

    /// Options for tests: deadlines are looked at often; none is short unless the test makes it so.
    static ServerOptions quick();
    void start(ServerOptions options = quick());
    /// Asks the server to stop; returns when it has.
    void stop(std::chrono::milliseconds grace);

    RawClient connect() const { return RawClient(port_); }
    /// One request on a connection of its own.
    RawClient::Answer ask(std::string_view request) const;

    /// Set by the handlers of the paths that say so.
    std::binary_semaphore handler_started_{0};
    std::binary_semaphore handler_cancelled_{0};
    std::binary_semaphore handler_finished_{0};
    std::binary_semaphore body_refused_{0};
    std::string file_path_;

  private:
    Awaitable<Response> handle(Request& request);
    Awaitable<Response> wait(Request& request);
    Awaitable<Response> read_upload(Request& request);
    Response stream();
    Response endless_stream();

    Log log_ = Log::silent();
    Loop loop_;
    std::unique_ptr<Pool> files_ = std::make_unique<Pool>("files", 2, 16);
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace karmen::http
