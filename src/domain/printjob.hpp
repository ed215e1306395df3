#pragma once

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/printer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen {

/// One start of one file on one printer. It keeps a copy of what it was made of, so that it outlives both.
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
        std::string client = PrinterClient().name;  ///< what is spoken with it
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
