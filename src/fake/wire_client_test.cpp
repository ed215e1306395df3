#include "fake/wire_client_test.hpp"

#include "base/text.hpp"
#include "runtime/loop.hpp"
#include "runtime/testing.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <exception>

namespace karmen::fake::test {

namespace asio = boost::asio;
namespace json = boost::json;

unsigned Answer::status() const {
    const auto space = raw.find(' ');
    if (!raw.starts_with("HTTP/") || space == std::string::npos) return 0;
    return static_cast<unsigned>(parse_int(raw.substr(space + 1, 3)).value_or(0));
}

std::string Answer::body() const {
    const auto end = raw.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : raw.substr(end + 4);
}

std::string Answer::header(std::string_view name) const {
    const std::string_view head = std::string_view(raw).substr(0, raw.find("\r\n\r\n"));
    for (auto line : split(head, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && equals_ignoring_case(line.substr(0, colon), name)) {
            line.remove_prefix(colon + 1);
            if (line.ends_with('\r')) line.remove_suffix(1);
            return std::string(trim(line));
        }
    }
    return {};
}

json::value Answer::json() const {
    return json::parse(body());
}

std::string Answer::error() const {
    return std::string(json().at("error").as_string());
}

Awaitable<Socket> connect(const FakePrinter& printer) {
    Socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect({asio::ip::address_v4::loopback(), printer.port()}, asio::use_awaitable);
    co_return socket;
}

Awaitable<void> send(Socket& socket, std::string bytes) {
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
}

Awaitable<std::string> read_until(Socket& socket, std::string text) {
    std::string read;
    boost::system::error_code ended;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(read), text,
                                    asio::redirect_error(asio::use_awaitable, ended));
    co_return read;
}

Awaitable<Answer> read_to_end(Socket& socket) {
    Answer answer;
    std::string buffer(64 * 1024, '\0');
    for (;;) {
        boost::system::error_code ended;
        const auto read =
            co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, ended));
        answer.raw.append(buffer, 0, read);
        answer.was_reset = ended == asio::error::connection_reset;
        if (ended) co_return answer;
    }
}

Awaitable<Answer> ask(const FakePrinter& printer, std::string bytes) {
    Socket socket = co_await connect(printer);
    co_await send(socket, std::move(bytes));
    co_return co_await read_to_end(socket);
}

std::string bare_request(std::string method, std::string target, std::string body, Fields fields) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: printer.test:5000\r\n", method, target);
    fields.emplace_back("Connection: close");
    if (!body.empty() || method == "POST") fields.push_back(fmt::format("Content-Length: {}", body.size()));
    for (const auto& field : fields) text += field + "\r\n";
    return text + "\r\n" + body;
}

std::string request(std::string method, std::string target, std::string body, Fields fields) {
    fields.emplace_back("X-Api-Key: fake-api-key");
    return bare_request(std::move(method), std::move(target), std::move(body), std::move(fields));
}

std::string json_request(std::string target, std::string body, Fields fields) {
    fields.emplace_back("Content-Type: application/json");
    return bare_request("POST", std::move(target), std::move(body), std::move(fields));
}

std::string upload_body(const std::vector<FormPart>& parts) {
    std::string body;
    for (const auto& part : parts) {
        body += "--limit\r\nContent-Disposition: form-data; " + part.disposition + "\r\n\r\n" + part.data + "\r\n";
    }
    return body + "--limit--\r\n";
}

std::string upload_request(const std::vector<FormPart>& parts) {
    return request("POST", "/api/files/local", upload_body(parts),
                   {"Content-Type: multipart/form-data; boundary=limit"});
}

Awaitable<Answer> get(const FakePrinter& printer, std::string target) {
    return ask(printer, request("GET", std::move(target)));
}

Awaitable<Answer> post(const FakePrinter& printer, std::string target, std::string body) {
    return ask(printer, json_request(std::move(target), std::move(body), {"X-Api-Key: fake-api-key"}));
}

Awaitable<Answer> upload(const FakePrinter& printer, std::vector<FormPart> parts) {
    return ask(printer, upload_request(parts));
}

Awaitable<void> wait_for(const FakePrinter& printer, std::string pointer, json::value value,
                         std::source_location where) {
    for (const TestDeadline deadline(where);;) {
        const json::value state = (co_await get(printer, "/fake/state")).json();
        boost::system::error_code missing;
        const json::value* found = state.find_pointer(pointer, missing);
        if (found && *found == value) co_return;
        co_await wait_a_little(deadline);
    }
}

namespace {

Awaitable<void> play_on(FakePrinter& printer, Scenario scenario) {
    printer.start();
    std::exception_ptr failure;
    try {
        co_await scenario(printer);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await printer.stop();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void play(const FakePrinterOptions& options, Scenario scenario) {
    Loop loop;
    Log log = Log::silent();
    Pool files("files", 1, 16);
    FakePrinter printer(loop.executor(), options, files, log);
    loop.run_until_done(play_on(printer, scenario));
}

}  // namespace karmen::fake::test
