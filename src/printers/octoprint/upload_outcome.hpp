#pragma once

#include "net/http_client.hpp"
#include "printers/printer_api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What an upload with print=true came to: from answers to a PrintOutcome, no I/O. Any thread.
namespace karmen::printers::octoprint {

/// A file that the printer was sent.
struct SentFile {
    std::string path;  ///< on the printer: as it said, or as it was asked
    std::string name;
    std::uint64_t size_bytes = 0;
    /// When that came which lay there before, by the printer's clock; 0: nothing did. None: not known.
    std::optional<double> came_before;
};

/// An answer, or none, that leaves open whether the printer prints: it must be asked.
struct UnclearAnswer {
    std::string told_path;        ///< where the printer says that the file lies; may be empty
    std::string why;              ///< for people, a whole sentence; may be empty
    bool may_work_on_it = false;  ///< who answered did not wait for the printer, which may still take long
};

std::variant<PrintOutcome, UnclearAnswer> outcome_of_upload(const net::HttpResult& result);

/// Whether the answer to `/api/job` tells of `sent`; none: no answer, or not a job at all.
enum class JobVerdict { kPrintsIt, kPrintsAnother, kIdle };
std::optional<JobVerdict> verdict_on_job(const net::HttpResult& job, const SentFile& sent);

/// SentFile::came_before, from the answer to `/api/files/local/<path>` before the file is sent.
std::optional<double> came_before(const net::HttpResult& file);

/// The same answer afterwards: what was sent has come, and its print has ended since.
bool was_printed(const net::HttpResult& file, const SentFile& sent);

/// What is said in the end of a file that is not seen to be printed.
PrintOutcome outcome_unprinted(JobVerdict verdict, const net::HttpResult& file, const SentFile& sent);

}  // namespace karmen::printers::octoprint
