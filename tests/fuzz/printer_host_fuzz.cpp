#include "domain/printer_host.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace karmen;

/// What is read is short, has one spelling, and is read back as itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto host = parse_printer_host(text);
    if (!host) return 0;
    for (const Protocol protocol : {Protocol::kHttp, Protocol::kHttps}) {
        const std::string normal = normalized_printer_host(*host, protocol);
        const auto again = parse_printer_host(normal);
        if (normal.size() <= kPrinterHostBytesMax && again && normalized_printer_host(*again, protocol) == normal)
            continue;
        std::fprintf(stderr, "broken: %s\n", normal.c_str());
        std::abort();
    }
    return 0;
}
