#include "services/gcodes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "files/names.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace karmen::services {

namespace {

/// One hop to the pool for each block: large enough that hops do not count, small enough for many uploads at a time.
constexpr std::size_t kBlockBytes = 512 * 1024;

/// What a form around a file takes, more or less.
constexpr std::uint64_t kFormBytes = 64 * 1024;

Error gcode_not_found() {
    return {ErrorCode::kGcodeNotFound, PublicMessage{"There is no such g-code"}};
}

}  // namespace

GcodeUpload::GcodeUpload(std::unique_ptr<files::Upload> file, Pool& files) : file_(std::move(file)), files_(&files) {}

GcodeUpload::~GcodeUpload() {
    if (!file_) return;
    try {
        // Removing a large file takes the disk a while, which the loop should not wait for.
        files_->reserve();
        files_->submit([file = std::move(file_)]() mutable { file.reset(); });
    } catch (const Error&) {
        file_.reset();
    }
}

Awaitable<void> GcodeUpload::append(std::span<const char> bytes) {
    if (block_.capacity() == 0) block_.reserve(kBlockBytes);
    while (!bytes.empty()) {
        const std::size_t taken = std::min(bytes.size(), kBlockBytes - block_.size());
        block_.insert(block_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
        bytes = bytes.subspan(taken);
        if (block_.size() == kBlockBytes) co_await flush();
    }
}

Awaitable<void> GcodeUpload::flush() {
    co_await offload(*files_, [this] { file_->write(block_); });
    block_.clear();
}

Awaitable<GcodeUpload> Gcodes::begin_upload(std::uint64_t size_hint, Principal owner, GcodeFormat format) {
    if (with_.user_bytes_max > 0) {
        const std::uint64_t used = co_await offload(with_.blocking, [&] { return with_.gcodes.bytes_of(owner.user); });
        const std::uint64_t wanted = size_hint > kFormBytes ? size_hint - kFormBytes : 0;
        if (used + wanted > with_.user_bytes_max) throw storage::quota_exceeded(with_.user_bytes_max);
    }
    auto file = co_await offload(with_.files, [&] { return with_.store.begin(size_hint, format); });
    co_return GcodeUpload(std::move(file), with_.files);
}

Awaitable<Gcode> Gcodes::finish_upload(GcodeUpload upload, Principal owner, std::string folder, std::string display,
                                       Repeated repeated) {
    co_await upload.flush();
    folder = to_nfc(folder);
    display = to_nfc(display);
    bool is_new = true;
    Gcode gcode = co_await offload(with_.files, [&] {
        // A row whose file is gone would stand for the new one, and take it along when it is deleted.
        files::StoredFile stored = with_.store.publish(*upload.file_, folder, display,
                                                       [this](const std::string& path) { return is_listed(path); });
        Gcode row{.path = stored.folder,
                  .filename = stored.filename,
                  .display = to_valid_utf8(display),
                  .absolute_path = stored.relative_path,
                  .uploaded = with_.clock.now(),
                  .size_bytes = stored.size_bytes,
                  .sha256 = stored.sha256,
                  .analysis = std::nullopt,
                  .analysis_error = std::nullopt,
                  .analysis_version = kAnalysisVersion,
                  .user = owner.user,
                  .username = owner.username};
        if (stored.analysis)
            row.analysis = std::move(*stored.analysis);
        else
            row.analysis_error = std::move(stored.analysis.error());
        const std::string path = row.absolute_path;
        Gcode listed = list_or_drop(std::move(row), repeated);
        is_new = listed.absolute_path == path;
        return listed;
    });
    if (is_new) with_.changes.on_change(events::GcodeStored{gcode});
    co_return gcode;
}

Gcode Gcodes::list_or_drop(Gcode row, Repeated repeated) {
    try {
        std::optional<Gcode> earlier;
        if (repeated == Repeated::kOnce) earlier = find_same(row);
        if (!earlier) {
            row.id = with_.gcodes.insert(row, with_.user_bytes_max);
            return row;
        }
        with_.store.remove(row.absolute_path);
        return std::move(*earlier);
    } catch (const storage::OutcomeUnknown&) {
        // A row without its file would be worse than a file without a row, which is cleaned away in the end.
        throw;
    } catch (...) {
        with_.store.remove(row.absolute_path);
        throw;
    }
}

std::optional<Gcode> Gcodes::find_same(const Gcode& row) {
    auto same = with_.gcodes.find_same(row);
    if (!same || !with_.store.open(same->absolute_path)) return std::nullopt;
    show_relative_path(*same);
    return same;
}

Awaitable<Page<Gcode>> Gcodes::list(ListQuery query) {
    auto page = co_await with_.lists.read(with_.gcodes, std::move(query));
    for (Gcode& gcode : page.rows) show_relative_path(gcode);
    co_return page;
}

Awaitable<Gcode> Gcodes::find(std::int64_t id) {
    auto found = co_await offload(with_.blocking, [&] { return with_.gcodes.find(id); });
    if (!found) throw gcode_not_found();
    show_relative_path(*found);
    co_return std::move(*found);
}

Awaitable<Gcodes::Content> Gcodes::open(std::int64_t id) {
    Gcode gcode = co_await find(id);
    auto file = co_await offload(with_.files, [&] { return with_.store.open(gcode.absolute_path); });
    if (!file)
        throw Error(ErrorCode::kGcodeNotFound, PublicMessage{"The file of this g-code is gone"},
                    LogDetail{gcode.absolute_path});
    co_return Content{std::move(gcode), std::move(*file)};
}

Awaitable<void> Gcodes::remove(std::int64_t id, Principal who) {
    const Gcode gcode = co_await find(id);
    if (!may_delete(who, gcode.user))
        throw Error(ErrorCode::kNotOwner, PublicMessage{"G-Code does not belong to " + who.user.to_string()});
    co_await offload(with_.files, [&] {
        if (!with_.gcodes.remove(id)) throw gcode_not_found();
        if (!is_listed(gcode.absolute_path)) with_.store.remove(gcode.absolute_path);
    });
    with_.changes.on_change(events::GcodeRemoved{id});
}

/// Under any of its names; of Karmen 0.0.13 there may be several rows.
bool Gcodes::is_listed(const std::string& relative_path) {
    return std::ranges::any_of(with_.store.names_in_rows(relative_path),
                               [this](const std::string& name) { return with_.gcodes.has_path(name); });
}

/// Where the server keeps its files is nobody's business.
void Gcodes::show_relative_path(Gcode& gcode) const {
    if (gcode.absolute_path.starts_with('/'))
        gcode.absolute_path = with_.store.relative(gcode.absolute_path).value_or("");
}

void Gcodes::adopt_old_paths() {
    const std::size_t adopted =
        with_.gcodes.change_absolute_paths([this](const std::string& path) -> std::optional<std::string> {
            // What is not there may be found under another folder, once the operator names that.
            if (!with_.store.open(path)) return std::nullopt;
            return with_.store.relative(path);
        });
    if (adopted > 0) with_.log.info("took over the paths of files of Karmen 0.0.13", {{"gcodes", adopted}});
}

void Gcodes::recover(const std::filesystem::path& unlisted_folder) {
    recover(unlisted_folder, std::chrono::seconds(0));
}

Awaitable<void> Gcodes::clean(std::filesystem::path unlisted_folder) {
    co_await offload(with_.files, [&] { recover(unlisted_folder, std::chrono::days(1)); });
}

Awaitable<void> Gcodes::analyze_missing() {
    std::int64_t last = 0;
    for (;;) {
        const auto gcode = co_await offload(with_.blocking, [&] { return with_.gcodes.first_unexamined(last); });
        if (!gcode) co_return;
        last = gcode->id;
        const bool has_changed = co_await offload(with_.files, [&] { return analyze(*gcode); });
        if (has_changed) co_await tell_of(last);
    }
}

Awaitable<void> Gcodes::tell_of(std::int64_t id) {
    auto gcode = co_await offload(with_.blocking, [&] { return with_.gcodes.find(id); });
    if (!gcode) co_return;
    show_relative_path(*gcode);
    with_.changes.on_change(events::GcodeStored{std::move(*gcode)});
    // Somebody may have deleted it meanwhile, and told so before.
    const bool is_there = co_await offload(with_.blocking, [&] { return with_.gcodes.find(id).has_value(); });
    if (!is_there) with_.changes.on_change(events::GcodeRemoved{id});
}

bool Gcodes::analyze(const Gcode& gcode) {
    const auto file = with_.store.open(gcode.absolute_path);
    if (!file)
        return !gcode.analysis && !gcode.analysis_error && with_.gcodes.set_analysis_error(gcode.id, kFileIsGone);
    const files::FileContent content = with_.store.read_content(*file, stored_format(gcode.filename));
    if (gcode.sha256.empty()) with_.gcodes.set_sha256(gcode.id, content.sha256);
    if (gcode.analysis && gcode.analysis_version >= kAnalysisVersion) return false;
    with_.log.info(gcode.analysis ? "analysed a file again, to find more" : "analysed a file that had no analysis",
                   {{"gcode", gcode.id}});
    if (!content.analysis) return with_.gcodes.set_analysis_error(gcode.id, content.analysis.error());
    return with_.gcodes.set_analysis(gcode.id, *content.analysis);
}

void Gcodes::recover(const std::filesystem::path& unlisted_folder, std::chrono::seconds age_min) {
    std::unordered_set<std::string> listed;
    std::size_t elsewhere = 0;
    with_.gcodes.each_path([&](std::int64_t, const std::string& path) {
        if (const auto relative = with_.store.relative(path))
            listed.insert(*relative);
        else
            ++elsewhere;
    });
    if (elsewhere > 0)
        with_.log.warning(
            "g-codes of Karmen 0.0.13 name files outside of the store: files.dir or files.old_dir is wrong",
            {{"gcodes", elsewhere}});
    // What nobody lists may be the files of those.
    const auto recovery = with_.store.recover([&](const std::string& path) { return listed.contains(path); },
                                              elsewhere > 0 ? std::filesystem::path() : unlisted_folder, age_min);
    if (recovery.unfinished_removed > 0)
        with_.log.info("removed what unfinished uploads had left", {{"files", recovery.unfinished_removed}});
    for (const std::string& path : recovery.unlisted_moved)
        with_.log.warning("moved a file that no g-code lists out of the store", {{"file", path}});
    for (const std::string& path : recovery.unlisted_left)
        with_.log.warning("no g-code lists this file of the store, and it cannot be moved out", {{"file", path}});
}

}  // namespace karmen::services
