#pragma once

#include "base/clock.hpp"
#include "domain/printer_snapshot.hpp"
#include "domain/printjob.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

/// The rules by which Karmen tells what became of a print job from what its printer shows. No clock, no I/O; any
/// thread.
namespace karmen {

/// What a printer showed at a moment by Karmen's clock.
struct PrintSighting {
    Timestamp seen{};
    PrinterStatus status;
    std::optional<PrinterJob> job;
    std::optional<PrinterFile> file;
};

/// What is known besides.
struct PrintEvidence {
    enum class Starter : std::uint8_t { kMayLive, kIsGone };
    enum class Question : std::uint8_t { kNotAsked, kNotAnswered, kAnswered };

    Starter starter = Starter::kMayLive;  ///< of a job that is being started: the process that does it
    Question question = Question::kNotAsked;
    FileRecord record = {};   ///< if answered: what the printer remembers of the job's file
    bool has_lasted = false;  ///< the printer has shown the like for a while
};

struct PrintVerdict {
    enum class Kind : std::uint8_t {
        kNothing,  ///< nothing has happened, or nothing that can be told now
        kAsk,      ///< the printer's record of the file decides
        kWait,     ///< the same as before decides if it lasts: what a printer shows is not one moment's picture
        kHappened,
    };
    Kind kind = Kind::kNothing;
    PrintJobEvent event = PrintJobEvent::kIsLost;
    std::string reason = {};
    std::optional<Timestamp> ended = {};  ///< by the printer's clock
};

/// Whether what the printer shows can be this job's print: path, size, and that its print time has not gone back. Not
/// whether it is the first print of that file; the record tells that.
bool shows_print_of(const PrintJob& job, const PrintSighting& sighting);

/// The job of `open` whose print the printer shows, the latest if there are several; null if there is none.
const PrintJob* find_print(std::span<const PrintJob> open, const PrintSighting& sighting);

/// REQUIRES: the job has not ended.
PrintVerdict judge(const PrintJob& job, const PrintSighting& sighting, const PrintEvidence& evidence);

/// When the print that the printer shows began, by Karmen's clock, or later if it was paused; nullopt if the printer
/// does not say.
std::optional<Timestamp> apparent_start(const PrintSighting& sighting);

}  // namespace karmen
