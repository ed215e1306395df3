#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace karmen::http {

/// A client for tests that sends exactly the bytes it is given, over a blocking socket to loopback. What does not come
/// within ten seconds fails the test by an exception.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    void send(std::string_view bytes);
    /// Sends what the other side takes; false when it has closed the connection.
    bool try_send(std::string_view bytes);
    void shutdown_send();
    /// Closes so that the other side sees a reset.
    void reset();

    struct Answer {
        unsigned status = 0;
        std::string head;  ///< with the empty line
        std::string body;  ///< without framing

        std::optional<std::string> header(std::string_view name) const;
    };
    /// The next response; `head_only` when it answers HEAD.
    Answer read_answer(bool head_only = false);
    std::string read_bytes(std::size_t count);
    std::string read_until(std::string_view end);
    /// All bytes up to the end of the connection; a reset counts as the end.
    std::string read_to_end();

  private:
    bool receive();

    int fd_;
    std::string received_;
};

}  // namespace karmen::http
