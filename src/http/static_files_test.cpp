#include "http/static_files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace karmen::http {
namespace {

constexpr std::array kFiles{
    StaticFile{.name = "index.html", .media_type = "text/html", .plain = "plain"},
    StaticFile{.name = "app.js",
               .media_type = "text/javascript",
               .plain = "plain",
               .gzip = "gz",
               .brotli = "br",
               .caching = Caching::kForever},
};

class StaticFilesTest : public testing::Test {
  protected:
    Response get(std::string_view name, const char* accept_encoding = "", const std::string& known = "") const {
        Request request;
        request.method = "GET";
        request.headers.add("Accept-Encoding", accept_encoding);
        if (!known.empty()) request.headers.add("If-None-Match", known);
        return files_.answer(request, name).value();
    }

    static std::string header(const Response& response, std::string_view name) {
        return std::string(response.headers.find(name).value_or("none"));
    }

    StaticFiles files_{kFiles};
};

TEST_F(StaticFilesTest, OnlyTheirNamesAreKnown) {
    EXPECT_FALSE(files_.answer(Request{}, "other.js"));
    EXPECT_FALSE(files_.answer(Request{}, ""));
    EXPECT_FALSE(files_.answer(Request{}, "APP.JS"));
}

TEST_F(StaticFilesTest, AClientGetsTheFormThatItCanRead) {
    EXPECT_EQ(get("app.js").body_text(), "plain");
    EXPECT_EQ(header(get("app.js"), "Content-Encoding"), "none");
    EXPECT_EQ(get("app.js", "gzip").body_text(), "gz");
    EXPECT_EQ(header(get("app.js", "gzip"), "Content-Encoding"), "gzip");
    EXPECT_EQ(get("app.js", "gzip, br").body_text(), "br");
    EXPECT_EQ(header(get("app.js", "gzip, br"), "Content-Encoding"), "br");
    EXPECT_EQ(header(get("app.js", "gzip, br"), "Content-Type"), "text/javascript");
}

TEST_F(StaticFilesTest, CachesKeepTheFormsApart) {
    EXPECT_EQ(header(get("app.js"), "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(get("app.js", "br"), "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(get("index.html", "br"), "Vary"), "none");
    const std::string plain = header(get("app.js"), "ETag");
    const std::string brotli = header(get("app.js", "br"), "ETag");
    EXPECT_NE(plain, brotli);
    EXPECT_NE(brotli, header(get("app.js", "gzip"), "ETag"));
    EXPECT_EQ(get("app.js", "br", plain).status, 200U);
}

TEST_F(StaticFilesTest, AClientThatHasItGetsNoBody) {
    const Response whole = get("app.js", "br");
    const Response again = get("app.js", "br", header(whole, "ETag"));
    EXPECT_EQ(again.status, 304U);
    EXPECT_EQ(again.body_text(), "");
    for (const char* name : {"ETag", "Cache-Control", "Vary"}) EXPECT_EQ(header(again, name), header(whole, name));
}

TEST_F(StaticFilesTest, OnlyFilesThatNeverChangeAreKeptUnasked) {
    EXPECT_EQ(header(get("app.js"), "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(header(get("index.html"), "Cache-Control"), "no-cache");
    EXPECT_EQ(header(get("index.html"), "X-Content-Type-Options"), "nosniff");
}

}  // namespace
}  // namespace karmen::http
