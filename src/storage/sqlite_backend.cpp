#include "base/random.hpp"
#include "base/unicode.hpp"
#include "storage/backend.hpp"
#include "storage/filter_pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace karmen::storage {
namespace {

// soci-sqlite3.h puts all of sqlite3.h into this namespace.
namespace api = sqlite_api;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRetryPause{5};
/// Steps of SQLite's virtual machine between two looks at the clock: a list takes about ten for each row.
constexpr int kStepsBetweenLooks = 100;
/// How long to sleep before a lock is tried again, at most.
constexpr milliseconds kLockPauseMax{50};

/// Not checked by UBSan: the library does not export the type's information, which the check would link to.
[[clang::no_sanitize("vptr")]] api::sqlite3* connection_of(soci::session& session) {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

void check(api::sqlite3* connection, int result) {
    if (result != SQLITE_OK) throw soci::sqlite3_soci_error(api::sqlite3_errmsg(connection), result);
}

void run(api::sqlite3* connection, const char* sql) {
    check(connection, api::sqlite3_exec(connection, sql, nullptr, nullptr, nullptr));
}

/// Rows of before may hold a name in another form of Unicode than the pattern.
bool is_found(const re2::RE2& regex, std::string_view text) {
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii) return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
    return re2::RE2::PartialMatch(to_nfc(text), regex);
}

/// SQL function karmen_matches(pattern, text). The compiled pattern is kept with the statement while it runs.
void matches(api::sqlite3_context* context, int, api::sqlite3_value** arguments) {
    const auto text_of = [](api::sqlite3_value* value) {
        const unsigned char* text = api::sqlite3_value_text(value);
        return std::string_view(reinterpret_cast<const char*>(text),
                                static_cast<std::size_t>(api::sqlite3_value_bytes(value)));
    };
    if (api::sqlite3_value_type(arguments[0]) == SQLITE_NULL || api::sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return api::sqlite3_result_null(context);

    const auto* regex = static_cast<const re2::RE2*>(api::sqlite3_get_auxdata(context, 0));
    std::unique_ptr<re2::RE2> compiled;
    if (regex == nullptr) {
        compiled = compile_filter(text_of(arguments[0]));
        if (!compiled->ok()) return api::sqlite3_result_error(context, "bad pattern", -1);
        regex = compiled.get();
    }
    api::sqlite3_result_int(context, is_found(*regex, text_of(arguments[1])) ? 1 : 0);
    if (compiled)
        api::sqlite3_set_auxdata(context, 0, compiled.release(), [](void* old) { delete static_cast<re2::RE2*>(old); });
}

std::string journal_mode(api::sqlite3* connection, const char* pragma) {
    std::string mode;
    const auto read = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) = values[0] != nullptr ? values[0] : "";
        return 0;
    };
    check(connection, api::sqlite3_exec(connection, pragma, read, &mode, nullptr));
    return mode;
}

/// SQLite does not wait for its busy timeout when several processes switch to WAL at the same moment: we do.
void switch_to_wal(api::sqlite3* connection, milliseconds patience) {
    const auto give_up = steady_clock::now() + patience;
    for (;;) {
        try {
            if (journal_mode(connection, "PRAGMA journal_mode=WAL") == "wal") return;
            throw Error(ErrorCode::kStorageUnavailable,
                        PublicMessage{"The database's file system cannot hold a write-ahead log"});
        } catch (const soci::sqlite3_soci_error& error) {
            if ((error.result() & 0xff) != SQLITE_BUSY || steady_clock::now() >= give_up) throw;
            std::this_thread::sleep_for(kRetryPause);
        }
    }
}

/// Ends the statement when its time is up, or when nobody wants it any more; and a wait for another writer.
class SqliteWatch final : public StatementWatch {
  public:
    struct Limits {
        std::optional<milliseconds> statement;
        milliseconds busy;
    };

    SqliteWatch(api::sqlite3* connection, Limits limits, const std::atomic<bool>* is_unwanted)
        : connection_(connection), is_unwanted_(is_unwanted), busy_max_(limits.busy) {
        if (limits.statement) deadline_ = steady_clock::now() + *limits.statement;
        api::sqlite3_progress_handler(connection_, kStepsBetweenLooks, &ends, this);
        api::sqlite3_busy_handler(connection_, &waits, this);
    }
    ~SqliteWatch() override {
        api::sqlite3_progress_handler(connection_, 0, nullptr, nullptr);
        api::sqlite3_busy_handler(connection_, nullptr, nullptr);
    }

  private:
    bool is_over() const {
        return steady_clock::now() >= deadline_ || (is_unwanted_ != nullptr && is_unwanted_->load());
    }

    static int ends(void* self) { return static_cast<const SqliteWatch*>(self)->is_over() ? 1 : 0; }

    /// `times`: how often it has waited for this lock already.
    static int waits(void* self, int times) {
        auto& watch = *static_cast<SqliteWatch*>(self);
        const auto now = steady_clock::now();
        if (times == 0) watch.busy_since_ = now;
        const auto left = watch.busy_since_ + watch.busy_max_ - now;
        if (left.count() <= 0 || watch.is_over()) return 0;
        const milliseconds pause = std::min(milliseconds(1 << std::min(times, 5)), kLockPauseMax);
        std::this_thread::sleep_for(std::min<steady_clock::duration>(pause, left));
        return 1;
    }

    api::sqlite3* connection_;
    const std::atomic<bool>* is_unwanted_;
    milliseconds busy_max_;
    steady_clock::time_point deadline_ = steady_clock::time_point::max();
    steady_clock::time_point busy_since_;
};

class SqliteBackend final : public Backend {
  public:
    explicit SqliteBackend(SqliteOptions options) : options_(std::move(options)) {
        options_.file = std::filesystem::absolute(options_.file);
        if (options_.file.native().find('"') != std::string::npos)
            throw unavailable("its path holds a quotation mark", "not supported");
    }

    const Dialect& dialect() const override { return sqlite_dialect(); }

    std::unique_ptr<soci::session> connect() const override {
        make_file();
        auto session = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + options_.file.native() + "\"");
        api::sqlite3* connection = connection_of(*session);
        api::sqlite3_extended_result_codes(connection, 1);
        api::sqlite3_busy_timeout(connection, static_cast<int>(options_.busy_timeout.count()));
        if (options_.use == SqliteOptions::Use::kInspect)
            run(connection, "PRAGMA query_only=ON");
        else
            switch_to_wal(connection, options_.busy_timeout);
        run(connection,
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA "
            "journal_size_limit=67108864");
        check(connection, api::sqlite3_create_function_v2(connection, "karmen_matches", 2,
                                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                                          nullptr, &matches, nullptr, nullptr, nullptr));
        return session;
    }

    void run_script(soci::session& session, const std::string& script) const override {
        run(connection_of(session), script.c_str());
    }

    Error translate(const soci::soci_error& error) const override {
        // Not what(): that repeats the values that were bound, such as password hashes.
        const LogDetail detail{error.get_error_message()};
        const auto* known = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
        const int code = known != nullptr ? known->result() : SQLITE_ERROR;
        if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
            return {ErrorCode::kConflict, PublicMessage{"It exists already"}, detail};
        switch (code & 0xff) {
            case SQLITE_INTERRUPT:
                return {ErrorCode::kOverloaded, PublicMessage{"The database took too long"}, detail};
            case SQLITE_FULL:
                return {ErrorCode::kDiskFull, PublicMessage{"The disk of the database is full"}, detail};
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
            case SQLITE_CANTOPEN:
            case SQLITE_IOERR:
            case SQLITE_READONLY:
            case SQLITE_NOTADB:
            case SQLITE_CORRUPT:
                return {ErrorCode::kStorageUnavailable, PublicMessage{"The database is not available"}, detail};
            default:
                return {ErrorCode::kInternal, PublicMessage{"The database refused a request"}, detail};
        }
    }

    std::unique_ptr<StatementWatch> watch(soci::session& session, Purpose purpose) const override {
        return std::make_unique<SqliteWatch>(
            connection_of(session),
            SqliteWatch::Limits{.statement = options_.statement_timeout, .busy = options_.busy_timeout},
            purpose == Purpose::kList ? &are_lists_ended_ : nullptr);
    }

    void end_lists() override { are_lists_ended_ = true; }

    FailedStatement after_failure() const override { return FailedStatement::kForget; }

  private:
    Error unavailable(const char* what, const std::string& why) const {
        return {ErrorCode::kStorageUnavailable, PublicMessage{fmt::format("The database {} cannot be used: {}: {}",
                                                                          options_.file.native(), what, why)}};
    }

    /// SQLite would make the file with the permissions of the umask; the log beside it gets those of the file. It is
    /// made under another name and linked, because closing a descriptor of the real file would drop the locks that
    /// other connections of this process hold on it (POSIX).
    void make_file() const {
        if (::access(options_.file.c_str(), F_OK) == 0) return;
        if (options_.if_missing == SqliteOptions::IfMissing::kFail)
            throw unavailable("there is none", std::strerror(errno));
        const std::string draft = options_.file.native() + "." + random_hex(8);
        const int fd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (fd < 0) throw unavailable("it cannot be made", std::strerror(errno));
        ::close(fd);
        const int linked = ::link(draft.c_str(), options_.file.c_str());
        const int error = errno;
        ::unlink(draft.c_str());
        if (linked != 0 && error != EEXIST) throw unavailable("it cannot be made", std::strerror(error));
        sync_folder();
    }

    void sync_folder() const {
        const int folder = ::open(options_.file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const int synced = folder < 0 ? -1 : ::fsync(folder);
        const int error = errno;
        if (folder >= 0) ::close(folder);
        if (synced != 0) throw unavailable("its folder cannot be made lasting", std::strerror(error));
    }

    SqliteOptions options_;
    std::atomic<bool> are_lists_ended_ = false;
};

}  // namespace

std::unique_ptr<Backend> sqlite_backend(SqliteOptions options) {
    return std::make_unique<SqliteBackend>(std::move(options));
}

}  // namespace karmen::storage
