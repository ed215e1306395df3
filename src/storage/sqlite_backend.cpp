#include "base/random.hpp"
#include "base/unicode.hpp"
#include "storage/backend.hpp"
#include "storage/filter_pattern.hpp"
#include "storage/sqlite_commit_number.hpp"
#include "storage/sqlite_driver.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace karmen::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRetryPause{5};
/// Rows of before may hold a name in another form of Unicode than the pattern.
bool is_found(const re2::RE2& regex, std::string_view text) {
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii) return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
    return re2::RE2::PartialMatch(to_nfc(text), regex);
}

/// SQL function karmen_matches(pattern, text). The compiled pattern is kept with the statement while it runs.
void matches(sqlite3_context* context, int, sqlite3_value** arguments) {
    const auto text_of = [](sqlite3_value* value) {
        const unsigned char* text = sqlite3_value_text(value);
        return std::string_view(reinterpret_cast<const char*>(text),
                                static_cast<std::size_t>(sqlite3_value_bytes(value)));
    };
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL || sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return sqlite3_result_null(context);

    const auto* regex = static_cast<const re2::RE2*>(sqlite3_get_auxdata(context, 0));
    std::unique_ptr<re2::RE2> compiled;
    if (regex == nullptr) {
        compiled = compile_filter(text_of(arguments[0]));
        if (!compiled->ok()) return sqlite3_result_error(context, "bad pattern", -1);
        regex = compiled.get();
    }
    sqlite3_result_int(context, is_found(*regex, text_of(arguments[1])) ? 1 : 0);
    if (compiled)
        sqlite3_set_auxdata(context, 0, compiled.release(), [](void* old) { delete static_cast<re2::RE2*>(old); });
}

/// SQLite does not wait for its busy timeout when several processes switch to WAL at the same moment: we do.
void switch_to_wal(const SqliteConnection& connection, milliseconds patience) {
    const auto read_text = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) = values[0] != nullptr ? values[0] : "";
        return 0;
    };
    const auto give_up = steady_clock::now() + patience;
    for (;;) {
        std::string mode;
        const int result = sqlite3_exec(connection.handle(), "PRAGMA journal_mode=WAL", read_text, &mode, nullptr);
        if (result == SQLITE_OK && mode == "wal") return;
        if (result == SQLITE_OK)
            throw Error(ErrorCode::kStorageUnavailable,
                        PublicMessage{"The database's file system cannot hold a write-ahead log"});
        if ((result & 0xff) != SQLITE_BUSY || steady_clock::now() >= give_up) connection.check(result);
        std::this_thread::sleep_for(kRetryPause);
    }
}

class SqliteBackend final : public Backend {
  public:
    explicit SqliteBackend(SqliteOptions options) : options_(std::move(options)) {
        options_.file = std::filesystem::absolute(options_.file);
    }

    const Dialect& dialect() const override { return sqlite_dialect(); }

    std::unique_ptr<DriverConnection> connect() override {
        make_file();
        auto connection = std::make_unique<SqliteConnection>(
            options_.file,
            SqliteConnection::Limits{.statement = options_.statement_timeout, .busy = options_.busy_timeout},
            are_lists_ended_);
        sqlite3_busy_timeout(connection->handle(), static_cast<int>(options_.busy_timeout.count()));
        if (options_.use == SqliteOptions::Use::kInspect)
            connection->run_script("PRAGMA query_only=ON");
        else
            switch_to_wal(*connection, options_.busy_timeout);
        connection->run_script(
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "
            "PRAGMA journal_size_limit=67108864");
        connection->check(sqlite3_create_function_v2(connection->handle(), "karmen_matches", 2,
                                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                                     &matches, nullptr, nullptr, nullptr));
        return connection;
    }

    void end_lists() override { are_lists_ended_ = true; }

    CommitNumber commit_number() override { return sqlite_commit_number(options_.file); }

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
