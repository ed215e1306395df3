#pragma once

#include "fake/fake_printer.hpp"
#include "runtime/awaitable.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

/// For tests: a client that sees every byte, and a simulated printer to try it on.
namespace karmen::fake::test {

using Socket = boost::asio::ip::tcp::socket;

/// All that came on a connection until it ended.
struct Answer {
    std::string raw;
    bool was_reset = false;

    unsigned status() const;
    std::string body() const;
    std::string header(std::string_view name) const;  ///< empty when it is not there
    boost::json::value json() const;                  ///< throws when the body is not JSON
    std::string error() const;                        ///< the text under `error`
};

using Fields = std::vector<std::string>;

Awaitable<Socket> connect(const FakePrinter& printer);
Awaitable<void> send(Socket& socket, std::string bytes);
/// At least until `text` came, or the end.
Awaitable<std::string> read_until(Socket& socket, std::string text);
Awaitable<Answer> read_to_end(Socket& socket);
/// Sends these bytes on a new connection and reads until the printer ends it.
Awaitable<Answer> ask(const FakePrinter& printer, std::string bytes);

/// A request with the right key and `Connection: close`; header fields as `Name: value`.
std::string request(std::string method, std::string target, std::string body = {}, Fields fields = {});
/// The same without a key.
std::string bare_request(std::string method, std::string target, std::string body = {}, Fields fields = {});
std::string json_request(std::string target, std::string body, Fields fields = {});

/// A multipart upload of these parts (the header lines behind `Content-Disposition: form-data; `, and the data).
struct FormPart {
    std::string disposition;
    std::string data;
};
std::string upload_body(const std::vector<FormPart>& parts);
std::string upload_request(const std::vector<FormPart>& parts);
inline FormPart file_part(std::string name, std::string data) {
    return {"name=\"file\"; filename=\"" + name + "\"", std::move(data)};
}

Awaitable<Answer> get(const FakePrinter& printer, std::string target);
Awaitable<Answer> post(const FakePrinter& printer, std::string target, std::string body);
Awaitable<Answer> upload(const FakePrinter& printer, std::vector<FormPart> parts);

/// Asks /fake/state until the member at this JSON pointer is `value`.
Awaitable<void> wait_for(const FakePrinter& printer, std::string pointer, boost::json::value value,
                         std::source_location where = std::source_location::current());

/// Runs the scenario on a printer of its own; it must not capture anything.
using Scenario = Awaitable<void> (*)(FakePrinter&);
void play(const FakePrinterOptions& options, Scenario scenario);

}  // namespace karmen::fake::test
