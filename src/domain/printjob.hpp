#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/printer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen {

/// The record of one started print. It holds copies of the data of file and printer, so that it stays when these are
/// deleted.
struct PrintJob {
    struct GcodeCopy {
        std::int64_t id = 0;
        std::string filename;
        std::int64_t size_bytes = 0;
        bool available = true;  ///< false once the file was deleted
    };
    struct PrinterCopy {
        std::string host;
        std::string name;
        std::string client = PrinterClient().name;  ///< the protocol, such as `octoprint`
    };

    std::int64_t id = 0;
    std::int64_t gcode_id = 0;
    std::string printer_host;
    std::optional<Uuid> printer_id = {};  ///< nullopt if the printer was gone before printers had ids
    Timestamp started{};
    GcodeCopy gcode;
    PrinterCopy printer;
    std::optional<Uuid> user;
    std::optional<std::string> username;  ///< joined in by reads
};

}  // namespace karmen
