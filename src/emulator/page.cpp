#include "emulator/handlers.hpp"

#include <fmt/format.h>

namespace karmen::emulator {

namespace {

constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Karmen</title></head>
<body>
<h1>Karmen</h1>
<p>Slicers upload g-code to this address, as to an OctoPrint. The API key is an API token of your account.</p>
<p><a href="{}/docs">What this server can do</a></p>
</body>
</html>
)html";

}  // namespace

/// Slicers show the address that they upload to in a browser of their own.
Answer emulate_page(const Services&, Call& call) {
    http::Response response =
        http::Response::text(200, "text/html; charset=utf-8", fmt::format(kPage, call.request.prefix));
    response.headers.set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'");
    response.headers.set("X-Content-Type-Options", "nosniff");
    co_return response;
}

}  // namespace karmen::emulator
