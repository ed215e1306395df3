#include "printers/octoprint/upload_outcome.hpp"

#include "printers/octoprint/answer.hpp"
#include "printers/octoprint/wire.hpp"

#include <utility>

namespace karmen::printers::octoprint {

namespace {

using net::HttpFailure;
using net::HttpResult;
using Result = PrintOutcome::Result;

constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kTooLarge = 413;

/// For an answer of a proxy such as nginx between Karmen and the printer: what must be changed there. Empty for other
/// answers.
std::string_view advice_of_proxy(int status) {
    switch (status) {
        case kTooLarge:
            return "A server in front of the printer takes no file of this size (413): raise its limit, in nginx "
                   "client_max_body_size";
        case 502:
            return "A server in front of the printer got no answer from it (502): see that the printer's server runs";
        case 504:
            return "A server in front of the printer did not wait for its answer (504): give it more time, in nginx "
                   "proxy_read_timeout";
        default:
            return {};
    }
}

PrintOutcome outcome_of_failure(const HttpFailure& failure) {
    if (failure.kind == HttpFailure::Kind::kFile) return {Result::kFailed, "The g-code cannot be read from the disk"};
    return {Result::kFailed, std::string(kNotRespondingText)};
}

PrintOutcome outcome_of_refusal(const net::HttpResponse& response) {
    const std::string_view advice = advice_of_proxy(response.status);
    if (!advice.empty()) return {Result::kRefused, std::string(advice)};
    return {response.status == kConflict ? Result::kBusy : Result::kRefused, refusal_of(response)};
}

}  // namespace

std::variant<PrintOutcome, UnclearAnswer> outcome_of_upload(const HttpResult& result) {
    if (!result && !result.error().was_sent) return outcome_of_failure(result.error());
    if (!result) return UnclearAnswer{.why = "The printer took the file but did not answer"};
    if (is_success(*result)) {
        UploadAnswer answer = parse_upload_answer(result->body);
        if (!answer.starts) return UnclearAnswer{.told_path = std::move(answer.path)};
        if (*answer.starts)
            return PrintOutcome{Result::kStarted, {}, is_usable_path(answer.path) ? answer.path : std::string()};
        return PrintOutcome{Result::kStoredOnly, "The printer has taken the file but did not start to print it"};
    }
    if (result->status < 500) return outcome_of_refusal(*result);
    const std::string_view advice = advice_of_proxy(result->status);
    return UnclearAnswer{.why = advice.empty() ? refusal_of(*result) : std::string(advice),
                         .may_work_on_it = result->status == 504};
}

std::optional<JobVerdict> verdict_on_job(const HttpResult& job, const SentFile& sent) {
    const auto file = job && is_success(*job) ? parse_job_file(job->body) : std::nullopt;
    if (!file) return std::nullopt;
    if (!file->is_active) return JobVerdict::kIdle;
    const bool is_same_size = !file->size_bytes || std::cmp_equal(*file->size_bytes, sent.size_bytes);
    // Some servers send the path as the name, or only the name.
    const bool is_same_name = file->path == sent.path || file->name == sent.path || file->name == sent.name;
    return is_same_size && is_same_name ? JobVerdict::kPrintsIt : JobVerdict::kPrintsAnother;
}

std::optional<FileRecord> record_of(const HttpResult& file) {
    if (!file) return std::nullopt;
    if (file->status == kNotFound) return FileRecord{};
    return is_success(*file) ? parse_file_record(file->body) : std::nullopt;
}

bool was_printed(const std::optional<FileRecord>& file, const SentFile& sent) {
    if (!file || !file->is_there || !sent.before) return false;
    const bool is_new = !sent.before->is_there || file->came > sent.before->came;
    return is_new && file->last_print && file->last_print->ended >= file->came;
}

bool is_usable_path(std::string_view path) {
    return !path.empty() && !path.contains("..");
}

PrintOutcome outcome_unprinted(JobVerdict verdict, const std::optional<FileRecord>& file, const SentFile& sent) {
    const bool is_gone = file && !file->is_there;
    const bool is_the_former = file && sent.before && sent.before->is_there && file->came == sent.before->came;
    if (is_gone || is_the_former) return {Result::kFailed, "The printer did not keep the file"};
    if (verdict == JobVerdict::kPrintsAnother) return {Result::kStoredOnly, "The printer prints another file"};
    return {Result::kStoredOnly, "The printer did not start to print the file"};
}

}  // namespace karmen::printers::octoprint
