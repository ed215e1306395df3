#include "http/request_parser.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

#include <array>

namespace karmen::http {
namespace {

/// Feeds the header as far as each prefix reaches, as a slow socket would.
std::size_t header_end(std::string_view bytes) {
    HeaderScan scan;
    for (std::size_t length = 0; length <= bytes.size(); ++length)
        if (const std::size_t end = scan.find_end(bytes.substr(0, length))) return end;
    return 0;
}

TEST(HeaderScan, FindsTheEndHoweverTheHeaderIsCut) {
    const std::string header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(header_end(header), header.size());
    EXPECT_EQ(HeaderScan().find_end(header + "rest"), header.size());
    for (std::size_t cut = 0; cut < header.size(); ++cut) {
        HeaderScan scan;
        EXPECT_EQ(scan.find_end(std::string_view(header).substr(0, cut)), 0U);
        EXPECT_EQ(scan.find_end(header + "rest"), header.size());
    }
}

TEST(HeaderScan, RefusesFoldedLinesAndBareLineFeeds) {
    for (const char* bad : {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
                            "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", "GET / HTTP/1.1\r\nA: b\nB: c\r\n\r\n", "\n"})
        EXPECT_THROW(header_end(bad), Error) << bad;
}

void parse(std::string_view header) {
    Request request;
    RequestParser parser(request);
    parser.parse_header(header);
}

TEST(RequestParser, RefusesWhatOthersCouldReadDifferently) {
    for (const char* fields : {
             "Content-Length: 5\r\nContent-Length: 6",
             "Content-Length: 5\r\nContent-Length: 5",
             "Content-Length: 5, 5",
             "Content-Length: +5",
             "Content-Length: -5",
             "Content-Length: 0x5",
             "Content-Length: 99999999999999999999999",
             "Content-Length: ",
             "Content-Length: 5\r\nTransfer-Encoding: chunked",
             "Transfer-Encoding: chunked\r\nContent-Length: 5",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
             "Transfer-Encoding : chunked",
             "Host: a\r\nHost: b",
             "Bad Name: x",
             "no colon",
             ": x",
         })
        EXPECT_THROW(parse("POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n\r\n"), Error) << fields;
    for (const char* line : {"GET /", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET  / HTTP/1.1", "GET / HTTP/1.1 ",
                             " GET / HTTP/1.1", "G\x01T / HTTP/1.1", "GET /a b HTTP/1.1"})
        EXPECT_THROW(parse(std::string(line) + "\r\n\r\n"), Error) << line;
    EXPECT_THROW(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), Error);
}

TEST(RequestParser, KnowsNoTransferCodingButChunked) {
    for (const char* fields :
         {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "Transfer-Encoding: identity",
          "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding: xchunked", "Transfer-Encoding: "}) {
        try {
            parse("POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n\r\n");
            ADD_FAILURE() << fields;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::kNotImplemented) << fields;
        }
    }
    parse("POST / HTTP/1.1\r\nTransfer-Encoding: \t cHuNkEd\r\n\r\n");
}

/// The body of a chunked request whose bytes come in pieces of `step`, read through a buffer of `room` bytes.
std::string chunked_body(const std::string& body, std::size_t step, std::size_t room) {
    Request request;
    RequestParser parser(request);
    parser.parse_header("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(parser.promised(), std::nullopt);
    std::string told;
    std::string input;
    std::string out(room, '\0');
    for (std::size_t at = 0; !parser.is_body_done();) {
        const auto progress = parser.parse_body(input, out);
        input.erase(0, progress.used);
        told.append(out, 0, progress.given);
        if (progress.used > 0 || progress.given > 0) continue;
        if (at >= body.size()) return told + "(cut)";
        input += body.substr(at, step);
        at += step;
    }
    EXPECT_EQ(request.headers.find("X-Trailer"), std::nullopt);
    return told + "|" + input;
}

TEST(RequestParser, TakesTheFramingOffChunks) {
    const std::string body = "5;ext=1\r\nhello\r\n1\r\n \r\nA\r\nworld12345\r\n0\r\nX-Trailer: 1\r\n\r\nNEXT";
    for (std::size_t step = 1; step <= body.size(); ++step)
        for (const std::size_t room : {1U, 3U, 100U}) {
            const std::string got = chunked_body(body, step, room);
            EXPECT_TRUE(got.starts_with("hello world12345|")) << got;
        }
    EXPECT_EQ(chunked_body(body, body.size(), 100), "hello world12345|NEXT");
}

TEST(RequestParser, RefusesBrokenChunks) {
    for (const char* bad : {"x\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-1\r\n", "5 \r\nhello\r\n0\r\n\r\n", "\r\n",
                            "FFFFFFFFFFFFFFFFF\r\n", "0x5\r\nhello\r\n0\r\n\r\n"})
        EXPECT_THROW(chunked_body(bad, 1000, 100), Error) << bad;
}

TEST(RequestParser, ReadsALengthInPlace) {
    Request request;
    RequestParser parser(request);
    parser.parse_header("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(parser.promised(), 5U);
    std::array<char, 8> buffer{'h', 'e', 'l'};
    EXPECT_EQ(parser.parse_body({buffer.data(), 3}, buffer).given, 3U);
    EXPECT_EQ(parser.remaining(), 2U);
    EXPECT_EQ(parser.parse_body("loNEXT", buffer).used, 2U);
    EXPECT_TRUE(parser.is_body_done());
}

}  // namespace
}  // namespace karmen::http
