#include "api/openapi/document.hpp"
#include "base/error.hpp"
#include "http/file_response.hpp"
#include "http/static_files.hpp"
#include "web/routes.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

// #embed is of C23; clang has it in C++ too.
#pragma clang diagnostic ignored "-Wc23-extensions"

/// The description of this API for programs, and a page that shows it (docs/adr/0013).
namespace karmen::web {

namespace {

using api::Answer;
using api::Call;
using api::Services;
using api::WhenPasswordChangeIsForced;

constexpr std::string_view kPageName = "index.html";

/// Arrays of char: clang 19 refuses bytes above 127 for those of unsigned char.
template <std::size_t N>
constexpr std::string_view bytes(const char (&array)[N]) {  // NOLINT(modernize-avoid-c-arrays): as #embed fills them
    return {array, N};
}

#ifdef KARMEN_WEB

constexpr char kPage[] = {
#embed "index.html"
};
constexpr char kStart[] = {
#embed "start.js"
};
constexpr char kViewer[] = {
#embed "viewer/swagger-ui-bundle.js"
};
constexpr char kViewerGzip[] = {
#embed "swagger-ui-bundle.js.gz"
};
constexpr char kViewerBrotli[] = {
#embed "swagger-ui-bundle.js.br"
};
constexpr char kStyle[] = {
#embed "viewer/swagger-ui.css"
};
constexpr char kStyleGzip[] = {
#embed "swagger-ui.css.gz"
};
constexpr char kStyleBrotli[] = {
#embed "swagger-ui.css.br"
};

constexpr std::string_view kScript = "text/javascript; charset=utf-8";

constexpr std::array<http::StaticFile, 4> kFiles{{
    {.name = kPageName, .media_type = "text/html; charset=utf-8", .plain = bytes(kPage)},
    {.name = "start.js", .media_type = kScript, .plain = bytes(kStart)},
    {.name = "swagger-ui-bundle.js",
     .media_type = kScript,
     .plain = bytes(kViewer),
     .gzip = bytes(kViewerGzip),
     .brotli = bytes(kViewerBrotli)},
    {.name = "swagger-ui.css",
     .media_type = "text/css; charset=utf-8",
     .plain = bytes(kStyle),
     .gzip = bytes(kStyleGzip),
     .brotli = bytes(kStyleBrotli)},
}};

#else

constexpr char kPage[] = {
#embed "without_viewer.html"
};
constexpr std::array<http::StaticFile, 1> kFiles{
    {{.name = kPageName, .media_type = "text/html; charset=utf-8", .plain = bytes(kPage)}}};

#endif

const http::StaticFiles& files() {
    static const http::StaticFiles kept(kFiles);
    return kept;
}

/// The page talks to this server only; the images of its style sheet stand in it.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Response file_or_404(const http::Request& request, std::string_view name) {
    auto response = files().answer(request, name);
    if (!response) throw Error(ErrorCode::kNotFound, PublicMessage{"There is nothing at this address"});
    return std::move(*response);
}

/// The same for everybody: caches may keep it, and ask whether it is still so.
Answer get_openapi(const Services& services, Call& call) {
    http::Response response = http::tagged_response(call.request, services.openapi.digest(),
                                                    http::Response::json(200, services.openapi.text()));
    response.headers.set("Cache-Control", "no-cache");
    response.headers.set("X-Content-Type-Options", "nosniff");
    co_return response;
}

Answer get_docs(const Services&, Call& call) {
    http::Response response = file_or_404(call.request, kPageName);
    response.headers.set("Content-Security-Policy", kContentSecurityPolicy);
    co_return response;
}

Answer get_docs_file(const Services&, Call& call) {
    // The page itself has one address only.
    const std::string& name = call.path_value(0);
    co_return file_or_404(call.request, name == kPageName ? std::string_view() : name);
}

}  // namespace

std::vector<api::Route> routes() {
    using enum ErrorCode;
    files();  // hashed at the start, not while the first client waits
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
