#include "webcam/mjpeg.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace karmen::webcam;
using Event = MjpegParser::Event;

constexpr std::size_t kPictureBytesMax = 200;

/// What the parser takes out of `text` in pieces of at most `piece` bytes, and how it ended.
std::string told(const std::optional<std::string>& boundary, std::string_view text, std::size_t piece) {
    MjpegParser parser(boundary, kPictureBytesMax);
    std::string pictures;
    Event event = Event::kNeedInput;
    while (!text.empty() && event == Event::kNeedInput) {
        parser.feed(text.substr(0, piece));
        text.remove_prefix(std::min(piece, text.size()));
        for (event = parser.next(); event == Event::kPicture; event = parser.next()) {
            if (parser.picture().size() > kPictureBytesMax) return "too large";
            pictures.append(parser.picture()).append("|");
        }
    }
    return pictures + (event == Event::kEnd ? "end" : event == Event::kBroken ? "!" : "");
}

}  // namespace

/// The first byte chooses how the rest is cut into pieces: every cut must give the same pictures.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    static_cast<void>(mjpeg_boundary(text));
    for (const std::optional<std::string>& boundary :
         {std::optional<std::string>("BB"), std::optional<std::string>("--BB"), std::optional<std::string>()}) {
        const std::string whole = told(boundary, text, text.size());
        if (told(boundary, text, 1 + data[0] % 64) != whole || whole == "too large") {
            std::fputs("broken: another cut gives other pictures\n", stderr);
            std::abort();
        }
    }
    return 0;
}
