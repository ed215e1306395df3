#include "base/error.hpp"
#include "http/multipart.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace karmen;
using namespace karmen::http;

/// What the parser says about `text` in pieces of at most `piece` bytes: events and data, or that it refused.
std::string told(std::string_view text, std::size_t piece) {
    constexpr MultipartLimits kLimits{.part_header_bytes_max = 512, .parts_max = 8};
    using Event = MultipartParser::Event;
    MultipartParser parser("BB", kLimits);
    std::string events;
    try {
        while (!text.empty()) {
            parser.feed(text.substr(0, piece));
            text.remove_prefix(std::min(piece, text.size()));
            for (Event event = parser.next(); event != Event::kNeedInput; event = parser.next()) {
                if (event == Event::kPart)
                    events += "[" + parser.part().name + parser.part().filename.value_or("-") + "]";
                if (event == Event::kData) events += parser.data();
                if (event == Event::kPartEnd) events += ".";
                if (event == Event::kEnd) events += "end";
            }
        }
        parser.finish();
    } catch (const Error&) {
        events += "!";
    }
    return events;
}

}  // namespace

/// The first byte chooses how the rest is cut into pieces: every cut must give the same events.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = told(text, text.size());
    if (told(text, 1 + data[0] % 64) != whole || whole.size() > 2 * text.size() + 16) {
        std::fputs("broken: another cut gives other events\n", stderr);
        std::abort();
    }
    return 0;
}
