#include "http/file_response.hpp"

#include "http/range.hpp"

#include <gtest/gtest.h>

namespace karmen::http {
namespace {

using RangeResult = std::variant<WholeFile, ByteRange, UnsatisfiableRange>;

TEST(Range, ReadsOneRange) {
    EXPECT_EQ(parse_range("bytes=0-0", 100), RangeResult(ByteRange{0, 0}));
    EXPECT_EQ(parse_range("bytes=10-19", 100), RangeResult(ByteRange{10, 19}));
    EXPECT_EQ(parse_range("Bytes= 90-", 100), RangeResult(ByteRange{90, 99}));
    EXPECT_EQ(parse_range("bytes=90-200", 100), RangeResult(ByteRange{90, 99}));
    EXPECT_EQ(parse_range("bytes=-10", 100), RangeResult(ByteRange{90, 99}));
    EXPECT_EQ(parse_range("bytes=-200", 100), RangeResult(ByteRange{0, 99}));
    EXPECT_EQ(parse_range("bytes=1-99999999999999999999999", 100), RangeResult(ByteRange{1, 99}));
}

TEST(Range, KnowsWhatLiesOutside) {
    EXPECT_EQ(parse_range("bytes=100-", 100), RangeResult(UnsatisfiableRange{}));
    EXPECT_EQ(parse_range("bytes=-0", 100), RangeResult(UnsatisfiableRange{}));
    EXPECT_EQ(parse_range("bytes=0-", 0), RangeResult(UnsatisfiableRange{}));
    EXPECT_EQ(parse_range("bytes=-1", 0), RangeResult(UnsatisfiableRange{}));
    EXPECT_EQ(parse_range("bytes=99999999999999999999999-", 100), RangeResult(UnsatisfiableRange{}));
}

TEST(Range, WhatItDoesNotUnderstandIsTheWholeFile) {
    for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=1-2,4-5", "lines=1-2",
                               "bytes=1", "bytes=+1-2", "bytes=1-x"})
        EXPECT_EQ(parse_range(header, 100), RangeResult(WholeFile{})) << header;
}

constexpr auto kModified = "Sun, 06 Nov 1994 08:49:37 GMT";

Response answer(std::vector<std::pair<std::string, std::string>> headers, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    for (auto& [name, value] : headers) request.headers.add(name, value);
    const FileFacts facts{
        .size = 1000,
        .validators = {"abc", std::chrono::system_clock::from_time_t(784111777) + std::chrono::milliseconds(500)},
        .content_type = "text/x.gcode",
        .download_name = "a.gcode"};
    return file_response(request, FileDescriptor(), facts);
}

TEST(FileResponse, SendsTheWholeFileWithItsFacts) {
    const Response response = answer({});
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.headers.find("ETag"), "\"abc\"");
    EXPECT_EQ(response.headers.find("Last-Modified"), kModified);
    EXPECT_EQ(response.headers.find("Accept-Ranges"), "bytes");
    EXPECT_EQ(response.headers.find("Content-Type"), "text/x.gcode");
    EXPECT_EQ(response.headers.find("Content-Disposition"), "attachment; filename=\"a.gcode\"");
    EXPECT_EQ(std::get<FileBody>(response.body).length, 1000U);
}

TEST(FileResponse, SendsOneRange) {
    const Response response = answer({{"Range", "bytes=100-199"}});
    EXPECT_EQ(response.status, 206U);
    EXPECT_EQ(response.headers.find("Content-Range"), "bytes 100-199/1000");
    const auto& body = std::get<FileBody>(response.body);
    EXPECT_EQ(body.offset, 100U);
    EXPECT_EQ(body.length, 100U);
}

TEST(FileResponse, SaysHowLongTheFileIsWhenTheRangeLiesOutside) {
    const Response response = answer({{"Range", "bytes=1000-"}});
    EXPECT_EQ(response.status, 416U);
    EXPECT_EQ(response.headers.find("Content-Range"), "bytes */1000");
}

TEST(FileResponse, ARangeOnlyCountsWhenItsConditionHolds) {
    const auto status = [](const char* condition) {
        return answer({{"Range", "bytes=0-9"}, {"If-Range", condition}}).status;
    };
    EXPECT_EQ(status("\"abc\""), 206U);
    EXPECT_EQ(status(kModified), 206U);
    EXPECT_EQ(status("\"other\""), 200U);
    EXPECT_EQ(status("W/\"abc\""), 200U);
    EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:38 GMT"), 200U);
}

TEST(FileResponse, HeadHasNoRanges) {
    EXPECT_EQ(answer({{"Range", "bytes=0-9"}}, "HEAD").status, 200U);
}

TEST(FileResponse, SendsNothingThatTheClientHas) {
    EXPECT_EQ(answer({{"If-None-Match", "\"x\", W/\"abc\""}}).status, 304U);
    EXPECT_EQ(answer({{"If-None-Match", "*"}}).status, 304U);
    EXPECT_EQ(answer({{"If-Modified-Since", kModified}}).status, 304U);
    EXPECT_EQ(answer({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}).status, 200U);
    EXPECT_EQ(answer({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kModified}}).status, 200U);
    EXPECT_EQ(answer({{"If-None-Match", "\"abc\""}, {"Range", "bytes=0-1"}}).headers.find("ETag"), "\"abc\"");
}

TEST(TaggedResponse, SendsNothingThatTheClientHas) {
    const auto answer_to = [](const char* known) {
        Request request;
        request.headers.add("If-None-Match", known);
        return tagged_response(request, "abc", Response::json(200, "{}"));
    };
    EXPECT_EQ(answer_to("\"x\"").status, 200U);
    EXPECT_EQ(answer_to("\"x\"").headers.find("ETag"), "\"abc\"");
    EXPECT_EQ(answer_to("\"abc\"").status, 304U);
    EXPECT_EQ(answer_to("\"abc\"").headers.find("ETag"), "\"abc\"");
    EXPECT_EQ(std::get<std::string>(answer_to("\"abc\"").body), "");
}

}  // namespace
}  // namespace karmen::http
