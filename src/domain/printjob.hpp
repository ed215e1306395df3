#pragma once

#include "base/clock.hpp"
#include "base/described.hpp"
#include "base/uuid.hpp"
#include "domain/print_job_state.hpp"
#include "domain/printer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace karmen {

/// The record of one print, from the moment at which Karmen begins to send it. It holds copies of the data of file and
/// printer, so that it stays when these are deleted.
struct PrintJob {
    struct GcodeCopy {
        std::int64_t id = 0;
        std::string filename;
        std::int64_t size_bytes = 0;
        bool available = true;  ///< false once the file was deleted
    };
    /// What the print is recognized by on the printer. Times are by the printer's clock.
    struct RemoteFile {
        std::string path;  ///< empty if it is not known
        /// When the former file of this path came; the epoch if there was none, nullopt if the printer did not say.
        std::optional<Timestamp> came_before;
        /// The end of the last print of this path before this one; nullopt if there was none.
        std::optional<Timestamp> printed_before;
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
    Timestamp started{};                  ///< when the print began; until that is known, when it was asked for
    GcodeCopy gcode;
    PrinterCopy printer;
    std::optional<Uuid> user;
    std::optional<std::string> username;  ///< joined in by reads

    PrintJobState state = PrintJobState::kUnknown;
    std::optional<double> progress = {};            ///< percent, as it was stored last
    std::optional<std::int64_t> print_time_s = {};  ///< what the printer said with it
    std::optional<Timestamp> sending = {};          ///< when the first byte was due
    std::optional<Timestamp> starting = {};         ///< when the last byte was due
    /// When its end was seen; nullopt while it is followed. Rows from before Karmen followed prints have the time of
    /// their start: nobody follows them.
    std::optional<Timestamp> ended = {};
    std::string reason = {};  ///< why it is in that state, for people; empty if the state says all
    RemoteFile remote = {};
};

template <>
struct Description<PrintJob::GcodeCopy> {
    using T = PrintJob::GcodeCopy;
    static constexpr std::string_view text = "A copy from the start of the print";
    static constexpr std::tuple members{Member{"id", &T::id}, Member{"filename", &T::filename},
                                        Member{"size", &T::size_bytes},
                                        Member{"available", &T::available, "false once the g-code was deleted"}};
};
template <>
struct Description<PrintJob::PrinterCopy> {
    using T = PrintJob::PrinterCopy;
    static constexpr std::string_view text = "A copy from the start of the print";
    static constexpr std::tuple members{Member{"host", &T::host}, Member{"name", &T::name},
                                        Member{"client", &T::client, "What is spoken with it: octoprint"}};
};
template <>
struct Description<PrintJob> {
    using T = PrintJob;
    static constexpr std::string_view name = "PrintJob";

    static std::optional<PrintJobState> result(const T& job) {
        return has_result(job.state) ? std::optional(job.state) : std::nullopt;
    }

    static constexpr std::tuple members{
        Member{"id", &T::id},
        Member{"started", &T::started, "When the print began; until that is known, when it was asked for"},
        Member{"state", &T::state,
               "unknown: nobody can tell what became of it until the printer shows it or somebody says it with PATCH; "
               "also rows from before Karmen followed prints"},
        Member{"progress", &T::progress, "Percent, stored now and then; the printer's job has the present one"},
        Member{
            "ended", &T::ended,
            "null while the print is followed. Rows from before Karmen followed prints have the time of their start"},
        Computed{.name = "result",
                 .get = result,
                 .text = "null until it is known",
                 .schema = R"({"enum": ["finished", "failed", "cancelled", null]})"},
        Member{"reason", &T::reason, "Why it is in that state, for people", IfEmpty::kNull},
        Member{"gcode_data", &T::gcode},
        Member{"printer_data", &T::printer},
        Member{"printer_id", &T::printer_id,
               "The printer, whatever its address is now; null in rows from before printers had ids"},
        Member{"user_uuid", &T::user},
        Member{"username", &T::username},
    };
};

}  // namespace karmen
