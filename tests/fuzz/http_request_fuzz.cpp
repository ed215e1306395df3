#include "base/error.hpp"
#include "http/request_parser.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karmen;
using namespace karmen::http;

/// A connection that gives `piece` bytes at a time, read as a session reads it: method, segments and body of its
/// requests, and how it ended.
std::string told(std::string_view text, std::size_t piece) {
    std::string events;
    std::string input;
    std::array<char, 16> output{};
    const auto receive = [&] {
        input += text.substr(0, piece);
        const bool is_more = !text.empty();
        text.remove_prefix(std::min(piece, text.size()));
        return is_more;
    };
    try {
        for (;;) {
            HeaderScan scan;
            std::size_t length = 0;
            while ((length = scan.find_end(input)) == 0)
                if (!receive()) return events + "|";
            Request request;
            RequestParser parser(request);
            parser.parse_header(std::string_view(input).substr(0, length));
            input.erase(0, length);
            events += request.method;
            for (const std::string& segment : parse_target(request.target).segments) events += "/" + segment;
            while (!parser.is_body_done()) {
                const auto progress = parser.parse_body(input, output);
                input.erase(0, progress.used);
                events.append(output.data(), progress.given);
                if (progress.used == 0 && progress.given == 0 && !receive()) return events + "|";
            }
            events += ".";
        }
    } catch (const Error&) {
        return events + "!";
    }
}

}  // namespace

/// The first byte chooses how the rest is cut into pieces: every cut must give the same requests.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = told(text, text.size());
    if (told(text, 1 + data[0] % 32) != whole) {
        std::fputs("broken: another cut gives other requests\n", stderr);
        std::abort();
    }
    return 0;
}
