#include "api/openapi/document.hpp"
#include "base/error.hpp"
#include "http/file_response.hpp"
#include "web/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

// #embed is of C23; clang has it in C++ too.
#pragma clang diagnostic ignored "-Wc23-extensions"

/// The description of this API for programs, and a page that shows it (docs/adr/0013).
namespace karmen::web {

namespace {

using api::Answer;
using api::Call;
using api::Services;
using api::WhenPasswordChangeIsForced;

struct EmbeddedFile {
    std::string_view name;
    const char* media_type;
    std::span<const unsigned char> bytes;
};

#ifdef KARMEN_WEB

constexpr unsigned char kPage[] = {
#embed "index.html"
};
constexpr unsigned char kStart[] = {
#embed "start.js"
};
constexpr unsigned char kViewer[] = {
#embed "viewer/swagger-ui-bundle.js"
};
constexpr unsigned char kStyle[] = {
#embed "viewer/swagger-ui.css"
};

constexpr std::array<EmbeddedFile, 3> kFiles{{
    {"start.js", "text/javascript; charset=utf-8", kStart},
    {"swagger-ui-bundle.js", "text/javascript; charset=utf-8", kViewer},
    {"swagger-ui.css", "text/css; charset=utf-8", kStyle},
}};

#else

constexpr unsigned char kPage[] = {
#embed "without_viewer.html"
};
constexpr std::array<EmbeddedFile, 0> kFiles{};

#endif

/// The page talks to this server only; the images of its style sheet stand in it.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The same for everybody: caches may keep it, and ask whether it is still so.
http::Response static_response(const http::Request& request, const char* media_type, std::string text) {
    const std::string etag = fmt::format("{:016x}", std::hash<std::string>{}(text));
    http::Response response =
        http::tagged_response(request, etag, http::Response::text(200, media_type, std::move(text)));
    response.headers.set("Cache-Control", "no-cache");
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
}

std::string text_of(std::span<const unsigned char> bytes) {
    return {bytes.begin(), bytes.end()};
}

Answer get_openapi(const Services& services, Call& call) {
    co_return static_response(call.request, "application/json", services.openapi.text());
}

Answer get_docs(const Services&, Call& call) {
    http::Response response = static_response(call.request, "text/html; charset=utf-8", text_of(kPage));
    response.headers.set("Content-Security-Policy", kContentSecurityPolicy);
    co_return response;
}

Answer get_docs_file(const Services&, Call& call) {
    const auto found = std::ranges::find(kFiles, std::string_view(call.path_value(0)), &EmbeddedFile::name);
    if (found == kFiles.end()) throw Error(ErrorCode::kNotFound, PublicMessage{"There is nothing at this address"});
    co_return static_response(call.request, found->media_type, text_of(found->bytes));
}

}  // namespace

std::vector<api::Route> routes() {
    using enum ErrorCode;
    return {
        {.method = "GET",
         .path = "/openapi.json",
         .summary = "This document",
         .access = api::kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_openapi,
         .answers = {{.status = 200, .schema = "Document", .headers = {"ETag"}}, {.status = 304, .headers = {"ETag"}}}},
        {.method = "GET",
         .path = "/docs",
         .summary = "This document as a page, to read and to try",
         .access = api::kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_docs,
         .answers = {{200, "File", "text/html", {"ETag"}}, {.status = 304, .headers = {"ETag"}}}},
        {.method = "GET",
         .path = "/docs/{file}",
         .summary = "What the page is made of",
         .access = api::kAnyone,
         .when_forced = WhenPasswordChangeIsForced::kAllow,
         .handler = get_docs_file,
         .answers = {{200, "File", "text/css", {"ETag"}},
                     {200, "File", "text/javascript", {"ETag"}},
                     {.status = 304, .headers = {"ETag"}}},
         .errors = {kNotFound}},
    };
}

}  // namespace karmen::web
