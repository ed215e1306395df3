#include "storage/tables/gcode_repository.hpp"

#include "base/text.hpp"
#include "storage/list_sql.hpp"
#include "storage/tables/json_columns.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace karmen::storage {
namespace {

/// The name of a deleted user is kept in the row.
constexpr std::string_view kUsername = "COALESCE(users.username, gcodes.deleted_username)";

constexpr std::array<std::string_view, 14> kColumns{
    "gcodes.id",        "gcodes.path", "gcodes.filename",         "gcodes.display",   "gcodes.absolute_path",
    "gcodes.uploaded",  "gcodes.size", "gcodes.sha256",           "gcodes.analysis",  "gcodes.analysis_error",
    "gcodes.user_uuid", kUsername,     "gcodes.analysis_version", "gcodes.thumbnails"};

constexpr std::size_t kPathsAtOnce = 1000;

constexpr std::string_view kTables = "gcodes LEFT JOIN users ON users.uuid = gcodes.user_uuid";

using Nulls = ListColumn::Nulls;
using OrderCost = ListColumn::OrderCost;

constexpr std::array<ListColumn, 12> kListColumns{{
    {.name = "id", .expression = "gcodes.id", .kind = ColumnKind::kInteger},
    {.name = "path", .expression = "gcodes.path"},
    {.name = "filename", .expression = "gcodes.filename", .cost = OrderCost::kPage},
    {.name = "display", .expression = "gcodes.display", .cost = OrderCost::kPage},
    // Clients must not see the server's paths of Karmen 0.0.13.
    {.name = "absolute_path",
     .expression = "CASE WHEN gcodes.absolute_path LIKE '/%' THEN '' ELSE gcodes.absolute_path END"},
    {.name = "uploaded", .expression = "gcodes.uploaded", .kind = ColumnKind::kTimestamp, .cost = OrderCost::kPage},
    {.name = "size", .expression = "gcodes.size", .kind = ColumnKind::kInteger, .cost = OrderCost::kPage},
    {.name = "sha256", .expression = "gcodes.sha256", .nulls = Nulls::kPossible},
    {.name = "has_thumbnail",
     .expression = "CASE WHEN gcodes.thumbnails IS NULL THEN 'false' ELSE 'true' END",
     .ordering = ListColumn::Ordering::kIgnored},
    {.name = "analysis",
     .expression = "gcodes.analysis",
     .kind = ColumnKind::kJson,
     .nulls = Nulls::kPossible,
     .ordering = ListColumn::Ordering::kIgnored},
    {.name = "user_uuid", .expression = "gcodes.user_uuid", .kind = ColumnKind::kUuid, .nulls = Nulls::kPossible},
    {.name = "username", .expression = kUsername, .nulls = Nulls::kPossible},
}};

constexpr ListSpec kList{kColumns, kTables, kListColumns};

Gcode read_gcode(Row& row) {
    Gcode gcode;
    gcode.id = row.integer();
    gcode.path = row.text();
    gcode.filename = row.text();
    gcode.display = row.text();
    gcode.absolute_path = row.text();
    gcode.uploaded = row.timestamp();
    gcode.size_bytes = row.integer();
    gcode.sha256 = row.text();
    gcode.analysis = analysis_from_json(row.optional_text());
    gcode.analysis_error = row.optional_text();
    gcode.user = row.optional_uuid();
    gcode.username = row.optional_text();
    gcode.analysis_version = row.integer();
    const auto thumbnails = row.optional_text();
    if (gcode.analysis) gcode.analysis->thumbnails = thumbnails_from_json(thumbnails);
    return gcode;
}

std::optional<Gcode> find_gcode(Session& session, std::int64_t id) {
    static const Sql kSql = select(kColumns, "FROM " + std::string(kTables) + " WHERE gcodes.id = :id");
    return session.one(kSql, {{"id", id}}, read_gcode);
}

bool has_row_with(Session& session, std::string_view absolute_path) {
    static const Sql kSql = select({"id"}, "FROM gcodes WHERE absolute_path = :absolute_path LIMIT 1");
    return session.one(kSql, {{"absolute_path", absolute_path}}, [](Row& row) { return row.integer(); }).has_value();
}

/// Read and written row by row, since changing JSON in SQL is spelled differently everywhere.
void mark_print_jobs(Session& session, std::int64_t gcode_id) {
    static const Sql kSql = select({"id", "gcode_data"}, "FROM printjobs WHERE gcode_id = :gcode_id");
    const auto jobs = session.all(kSql, {{"gcode_id", gcode_id}}, [](Row& row) {
        const std::int64_t id = row.integer();
        return std::pair(id, row.optional_text());
    });
    for (const auto& [id, gcode_data] : jobs)
        session.execute("UPDATE printjobs SET gcode_data = :gcode_data WHERE id = :id",
                        {{"gcode_data", without_file(gcode_data)}, {"id", id}});
}

std::uint64_t sum_of_sizes(Session& session, const Uuid& user) {
    // As text, because the type of a sum differs between databases.
    static const Sql kSql =
        select({"CAST(COALESCE(SUM(size), 0) AS text)"}, "FROM gcodes WHERE user_uuid = :user_uuid");
    const std::string sum = session.only(kSql, {{"user_uuid", user}}, [](Row& row) { return row.text(); });
    return static_cast<std::uint64_t>(parse_int(sum).value_or(0));
}

}  // namespace

Error quota_exceeded(std::uint64_t user_bytes_max) {
    return {ErrorCode::kQuotaExceeded, PublicMessage{"The files of one user may take " +
                                                     std::to_string(user_bytes_max) + " bytes; delete some first"}};
}

std::uint64_t GcodeRepository::bytes_of(const Uuid& user) {
    Session session = database_.lease();
    return sum_of_sizes(session, user);
}

std::optional<Gcode> GcodeRepository::find_same(const Gcode& gcode) {
    static const Sql kSql =
        select(kColumns, "FROM " + std::string(kTables) +
                             " WHERE gcodes.display = :display AND gcodes.path = :path AND gcodes.sha256 = :sha256 AND "
                             "gcodes.user_uuid = :user_uuid ORDER BY gcodes.id LIMIT 1");
    return database_.lease().one(
        kSql, {{"display", gcode.display}, {"path", gcode.path}, {"sha256", gcode.sha256}, {"user_uuid", gcode.user}},
        read_gcode);
}

std::int64_t GcodeRepository::insert(const Gcode& gcode, std::uint64_t user_bytes_max) {
    static const Sql kSql = returning(
        "INSERT INTO gcodes (path, filename, display, absolute_path, uploaded, size, sha256, analysis, analysis_error, "
        "analysis_version, thumbnails, user_uuid) VALUES (:path, :filename, :display, :absolute_path, :uploaded, "
        ":size, :sha256, :analysis, :analysis_error, :analysis_version, :thumbnails, :user_uuid)",
        {"id"});
    std::optional<std::string> analysis;
    std::optional<std::string> thumbnails;
    if (gcode.analysis) {
        analysis = analysis_to_json(*gcode.analysis);
        thumbnails = thumbnails_to_json(gcode.analysis->thumbnails);
    }
    // An empty text in a char(64) column would come back as 64 blanks.
    std::optional<std::string> sha256;
    if (!gcode.sha256.empty()) sha256 = gcode.sha256;
    Session session = database_.lease();
    Transaction transaction(session);
    if (has_row_with(session, gcode.absolute_path))
        throw Error(ErrorCode::kConflict, PublicMessage{"A file of this name is listed already"});
    if (user_bytes_max > 0 && gcode.user &&
        sum_of_sizes(session, *gcode.user) + static_cast<std::uint64_t>(gcode.size_bytes) > user_bytes_max)
        throw quota_exceeded(user_bytes_max);
    const auto id = session.only(kSql,
                                 {{"path", gcode.path},
                                  {"filename", gcode.filename},
                                  {"display", gcode.display},
                                  {"absolute_path", gcode.absolute_path},
                                  {"uploaded", gcode.uploaded},
                                  {"size", gcode.size_bytes},
                                  {"sha256", sha256},
                                  {"analysis", analysis},
                                  {"analysis_error", gcode.analysis_error},
                                  {"analysis_version", gcode.analysis_version},
                                  {"thumbnails", thumbnails},
                                  {"user_uuid", gcode.user}},
                                 [](Row& row) { return row.integer(); });
    transaction.commit();
    return id;
}

std::optional<Gcode> GcodeRepository::find(std::int64_t id) {
    Session session = database_.lease();
    return find_gcode(session, id);
}

std::optional<Gcode> GcodeRepository::first_unexamined(std::int64_t after_id) {
    static const Sql kSql = select(kColumns, "FROM " + std::string(kTables) +
                                                 " WHERE gcodes.id > :id AND (gcodes.sha256 IS NULL OR "
                                                 "gcodes.analysis IS NULL AND "
                                                 "COALESCE(gcodes.analysis_error, :gone) = :gone OR "
                                                 "gcodes.analysis_version < :version) "
                                                 "ORDER BY gcodes.id LIMIT 1");
    return database_.lease().one(kSql, {{"id", after_id}, {"gone", kFileIsGone}, {"version", kAnalysisVersion}},
                                 read_gcode);
}

bool GcodeRepository::has_path(std::string_view absolute_path) {
    Session session = database_.lease();
    return has_row_with(session, absolute_path);
}

bool GcodeRepository::may_read_all_rows(const ListQuery& query) {
    return storage::may_read_all_rows(kList, query);
}

Page<Gcode> GcodeRepository::list(const ListQuery& query) {
    Session session = database_.lease(Purpose::kList);
    return list_page(session, kList, query, read_gcode);
}

bool GcodeRepository::set_analysis(std::int64_t id, const GcodeAnalysis& analysis) {
    return database_.lease().execute(
               "UPDATE gcodes SET analysis = :analysis, analysis_error = NULL, analysis_version = :version, "
               "thumbnails = :thumbnails WHERE id = :id",
               {{"analysis", analysis_to_json(analysis)},
                {"version", kAnalysisVersion},
                {"thumbnails", thumbnails_to_json(analysis.thumbnails)},
                {"id", id}}) > 0;
}

bool GcodeRepository::set_sha256(std::int64_t id, std::string_view sha256) {
    return database_.lease().execute("UPDATE gcodes SET sha256 = :sha256 WHERE id = :id",
                                     {{"sha256", sha256}, {"id", id}}) > 0;
}

bool GcodeRepository::set_analysis_error(std::int64_t id, std::string_view error) {
    return database_.lease().execute(
               "UPDATE gcodes SET analysis = NULL, thumbnails = NULL, analysis_error = :error, "
               "analysis_version = :version WHERE id = :id",
               {{"error", error}, {"version", kAnalysisVersion}, {"id", id}}) > 0;
}

std::optional<Gcode> GcodeRepository::remove(std::int64_t id) {
    Session session = database_.lease();
    Transaction transaction(session);
    auto gcode = find_gcode(session, id);
    if (!gcode) return std::nullopt;
    session.execute("DELETE FROM gcodes WHERE id = :id", {{"id", id}});
    mark_print_jobs(session, id);
    transaction.commit();
    return gcode;
}

std::size_t GcodeRepository::change_absolute_paths(
    const std::function<std::optional<std::string>(const std::string&)>& path_of) {
    static const Sql kSql =
        select({"id", "absolute_path"}, "FROM gcodes WHERE id > :last AND absolute_path LIKE '/%' ORDER BY id LIMIT " +
                                            std::to_string(kPathsAtOnce));
    std::size_t changed = 0;
    std::int64_t last = 0;
    for (std::size_t rows = kPathsAtOnce; rows == kPathsAtOnce;) {
        const auto old_paths = database_.lease().all(kSql, {{"last", last}}, [](Row& row) {
            const std::int64_t id = row.integer();
            return std::pair(id, row.text());
        });
        rows = old_paths.size();
        std::vector<PathChange> changes;
        for (const auto& [id, old_path] : old_paths) {
            last = id;
            if (auto path = path_of(old_path)) changes.push_back({id, old_path, std::move(*path)});
        }
        changed += write_changes(changes);
    }
    return changed;
}

/// Returns how many rows still had their old path.
std::size_t GcodeRepository::write_changes(const std::vector<PathChange>& changes) {
    if (changes.empty()) return 0;
    Session session = database_.lease();
    Transaction transaction(session);
    std::size_t changed = 0;
    for (const auto& [id, from, to] : changes)
        changed += static_cast<std::size_t>(
            session.execute("UPDATE gcodes SET absolute_path = :to WHERE id = :id AND absolute_path = :from",
                            {{"to", to}, {"id", id}, {"from", from}}));
    transaction.commit();
    return changed;
}

void GcodeRepository::each_path(const std::function<void(std::int64_t id, const std::string& absolute_path)>& on_path) {
    // PostgreSQL's library would hold all rows in memory at once.
    static const Sql kSql = select({"id", "absolute_path"},
                                   "FROM gcodes WHERE id > :last ORDER BY id LIMIT " + std::to_string(kPathsAtOnce));
    Session session = database_.lease();
    std::int64_t last = 0;
    for (std::size_t rows = kPathsAtOnce; rows == kPathsAtOnce;) {
        rows = 0;
        session.each(kSql, {{"last", last}}, [&](Row& row) {
            ++rows;
            last = row.integer();
            on_path(last, row.text());
        });
    }
}

}  // namespace karmen::storage
