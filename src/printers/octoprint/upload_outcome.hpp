#pragma once

#include "net/http_client.hpp"
#include "printers/printer_api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// The outcome of an upload with print=true: maps answers to a PrintOutcome, without I/O. Any thread.
namespace karmen::printers::octoprint {

/// A file that the printer was sent.
struct SentFile {
    std::string path;  ///< on the printer: the one that it reported, else the one that was asked for
    std::string name;
    std::uint64_t size_bytes = 0;
    std::optional<FileRecord> before;  ///< of the former file of this path; nullopt if the printer did not say
};

/// The printer gave no answer, or one that does not say whether it prints: it must be asked.
struct UnclearAnswer {
    std::string told_path;        ///< the path of the file that the printer reported; may be empty
    std::string why;              ///< for people, a whole sentence; may be empty
    bool may_work_on_it = false;  ///< a proxy answered without waiting for the printer, which may still take long
};

std::variant<PrintOutcome, UnclearAnswer> outcome_of_upload(const net::HttpResult& result);

/// What the answer to `/api/job` says about `sent`; nullopt if there is no answer, or it is not a job.
enum class JobVerdict { kPrintsIt, kPrintsAnother, kIdle };
std::optional<JobVerdict> verdict_on_job(const net::HttpResult& job, const SentFile& sent);

/// From the answer to `/api/files/local/<path>`; nullopt if it does not tell.
std::optional<FileRecord> record_of(const net::HttpResult& file);

/// Whether the sent file has come and its print has ended since.
bool was_printed(const std::optional<FileRecord>& file, const SentFile& sent);

/// The final outcome for a file whose print was not seen.
PrintOutcome outcome_unprinted(JobVerdict verdict, const std::optional<FileRecord>& file, const SentFile& sent);

/// Whether a path that the printer reported may be asked for.
bool is_usable_path(std::string_view path);

}  // namespace karmen::printers::octoprint
