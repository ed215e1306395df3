// What storage costs above the C API of each database: prepared inserts, one a transaction, and pages of 200 rows, as
// ratios of speed to sqlite3 and libpq used plainly. Both take turns in one run. PostgreSQL is measured when
// KARMEN_TEST_POSTGRES is set, as scripts/with-postgres does. Ends with 1 when a target is missed.

#include "storage/test_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <numeric>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace karmen;
using namespace karmen::storage;

constexpr int kRounds = 101;
constexpr int kInsertsPerRound = 100;
constexpr int kPagesPerRound = 20;
constexpr std::size_t kPageRows = 200;
constexpr double kInsertTarget = 0.8;
constexpr double kPageTarget = 0.8;

constexpr std::string_view kTable =
    "CREATE TABLE bench_rows (id {{serial_key}}, path varchar, filename varchar, display varchar, absolute_path "
    "varchar, uploaded {{timestamptz}}, size bigint, sha256 varchar, analysis varchar, user_uuid {{uuid}})";
constexpr std::array<std::string_view, 10> kColumns{"id",       "path", "filename", "display",  "absolute_path",
                                                    "uploaded", "size", "sha256",   "analysis", "user_uuid"};

/// The values of a row without its id and its user, who is null; a size that no 32 bits hold.
std::array<std::string, 8> values(int number) {
    return {"parts/brackets",
            fmt::format("bracket-{}.gcode", number),
            fmt::format("Bracket {}.gcode", number),
            fmt::format("4f/4f2c{:08}", number),
            "2026-11-23T11:23:03.307644+00:00",
            std::to_string(5'000'000'000 + number),
            std::string(64, 'a'),
            R"({"filament_mm":1234.5,"time_s":3600,"layers":120,"slicer":"PrusaSlicer 2.7"})"};
}

std::string insert_sql(const std::array<std::string_view, 9>& places) {
    return fmt::format("INSERT INTO bench_rows ({}) VALUES ({})", fmt::join(kColumns.begin() + 1, kColumns.end(), ", "),
                       fmt::join(places, ", "));
}

std::string page_rest(std::string_view start, std::string_view limit) {
    return fmt::format("FROM bench_rows WHERE id >= {} ORDER BY id LIMIT {}", start, limit);
}

class Subject {
  public:
    Subject() = default;
    virtual ~Subject() = default;
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    virtual void insert(int number) = 0;
    /// How many bytes of text it copied out of the rows.
    virtual std::size_t page() = 0;
};

class Karmen final : public Subject {
  public:
    explicit Karmen(std::unique_ptr<Backend> backend) : database_(std::move(backend)), session_(database_.lease()) {}

    void insert(int number) override {
        static const std::string kSql = insert_sql({":path", ":filename", ":display", ":absolute_path", ":uploaded",
                                                    ":size", ":sha256", ":analysis", ":user_uuid"});
        const auto [path, filename, display, absolute_path, uploaded, size, sha256, analysis] = values(number);
        session_.execute(kSql, {{"path", path},
                                {"filename", filename},
                                {"display", display},
                                {"absolute_path", absolute_path},
                                {"uploaded", uploaded},
                                {"size", size},
                                {"sha256", sha256},
                                {"analysis", analysis},
                                {"user_uuid", std::nullopt}});
    }

    std::size_t page() override {
        static const Sql kSql = select(kColumns, page_rest(":start", ":limit"));
        std::size_t bytes = 0;
        session_.each(kSql, {{"start", 1}, {"limit", kPageRows}}, [&](Row& row) {
            for (std::size_t i = 0; i < kColumns.size(); ++i) bytes += row.text().size();
        });
        return bytes;
    }

  private:
    Database database_;
    Session session_;
};

class BareSqlite final : public Subject {
  public:
    explicit BareSqlite(const std::string& file) {
        check(sqlite3_open_v2(file.c_str(), &connection_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
        check(sqlite3_exec(connection_, "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr));
        insert_ = prepare(insert_sql({"?1", "?2", "?3", "?4", "?5", "?6", "?7", "?8", "?9"}));
        page_ = prepare(select(kColumns, page_rest("?1", "?2")).text);
    }
    ~BareSqlite() override {
        sqlite3_finalize(insert_);
        sqlite3_finalize(page_);
        sqlite3_close(connection_);
    }

    void insert(int number) override {
        const auto texts = values(number);
        for (std::size_t i = 0; i < texts.size(); ++i) bind(insert_, static_cast<int>(i) + 1, texts[i]);
        check(sqlite3_bind_null(insert_, 9));
        if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(connection_));
        sqlite3_reset(insert_);
    }

    std::size_t page() override {
        const std::string start = "1";
        const std::string limit = std::to_string(kPageRows);
        bind(page_, 1, start);
        bind(page_, 2, limit);
        std::size_t bytes = 0;
        while (sqlite3_step(page_) == SQLITE_ROW)
            for (int i = 0; i < static_cast<int>(kColumns.size()); ++i) {
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(page_, i));
                if (text == nullptr) continue;
                bytes += std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(page_, i))).size();
            }
        sqlite3_reset(page_);
        return bytes;
    }

  private:
    void check(int result) {
        if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection_));
    }
    void bind(sqlite3_stmt* statement, int place, const std::string& text) {
        check(sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
    }
    sqlite3_stmt* prepare(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr));
        return statement;
    }

    sqlite3* connection_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* page_ = nullptr;
};

class BarePostgres final : public Subject {
  public:
    explicit BarePostgres(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
        check(PQprepare(connection_, "insert",
                        insert_sql({"$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"}).c_str(), 0, nullptr));
        check(PQprepare(connection_, "page", select(kColumns, page_rest("$1", "$2")).text.c_str(), 0, nullptr));
    }
    ~BarePostgres() override { PQfinish(connection_); }

    void insert(int number) override {
        const auto texts = values(number);
        std::array<const char*, 9> places{};
        for (std::size_t i = 0; i < texts.size(); ++i) places[i] = texts[i].c_str();
        check(
            PQexecPrepared(connection_, "insert", static_cast<int>(places.size()), places.data(), nullptr, nullptr, 0));
    }

    std::size_t page() override {
        const std::string limit = std::to_string(kPageRows);
        const std::array<const char*, 2> places{"1", limit.c_str()};
        const Result rows = check(PQexecPrepared(connection_, "page", 2, places.data(), nullptr, nullptr, 0));
        std::size_t bytes = 0;
        for (int row = 0; row < PQntuples(rows.get()); ++row)
            for (int i = 0; i < PQnfields(rows.get()); ++i)
                bytes += std::string(PQgetvalue(rows.get(), row, i),
                                     static_cast<std::size_t>(PQgetlength(rows.get(), row, i)))
                             .size();
        return bytes;
    }

  private:
    struct ClearResult {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, ClearResult>;

    Result check(PGresult* result) const {
        Result owned(result);
        const ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            throw std::runtime_error(PQerrorMessage(connection_));
        return owned;
    }

    PGconn* connection_;
};

template <class Work>
double seconds_of(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Of the half in the middle: without what a checkpoint or another program has held up.
double middle_mean(std::vector<double> numbers) {
    std::ranges::sort(numbers);
    const auto quarter = static_cast<std::ptrdiff_t>(numbers.size() / 4);
    return std::accumulate(numbers.begin() + quarter, numbers.end() - quarter, 0.0) /
           static_cast<double>(numbers.size() - 2 * static_cast<std::size_t>(quarter));
}

/// The two who take turns. Every round has connections of its own: how fast a server's process answers depends on the
/// core that it happens to be on.
struct Contest {
    std::string name;
    std::function<std::unique_ptr<Subject>()> karmen;
    std::function<std::unique_ptr<Subject>()> bare;
};

/// Prints a row; returns whether the ratio of speeds reaches the target.
template <class Work>
bool measure(const Contest& contest, const char* what, int per_round, double target, Work work) {
    const auto run = [&](const std::function<std::unique_ptr<Subject>()>& make) {
        const auto subject = make();
        work(*subject);  // now the statement is prepared
        return seconds_of([&] {
            for (int i = 0; i < per_round; ++i) work(*subject);
        });
    };
    std::vector<double> ours, theirs;
    for (int round = 0; round < kRounds; ++round) {
        // Who is first has the colder caches.
        if (round % 2 == 0) ours.push_back(run(contest.karmen));
        theirs.push_back(run(contest.bare));
        if (round % 2 != 0) ours.push_back(run(contest.karmen));
    }
    const double ratio = middle_mean(theirs) / middle_mean(ours);
    const bool holds = ratio >= target;
    fmt::print("{:<8} {:<8} storage {:9.0f}/s   C API {:9.0f}/s   ratio {:.2f}   target {:.2f}: {}\n", contest.name,
               what, per_round / middle_mean(ours), per_round / middle_mean(theirs), ratio, target,
               holds ? "holds" : "MISSED");
    return holds;
}

bool compare(const Contest& contest) {
    int number = 0;
    const bool are_inserts_fast = measure(contest, "inserts", kInsertsPerRound, kInsertTarget,
                                          [&](Subject& subject) { subject.insert(++number); });
    if (contest.karmen()->page() != contest.bare()->page()) throw std::runtime_error("they do not read the same rows");
    const bool are_pages_fast =
        measure(contest, "pages", kPagesPerRound, kPageTarget, [](Subject& subject) { subject.page(); });
    return are_inserts_fast && are_pages_fast;
}

void make_table(std::unique_ptr<Backend> backend) {
    Database database(std::move(backend));
    Session session = database.lease();
    session.run_script(session.dialect().expand(kTable));
}

bool compare_sqlite() {
    const TemporaryFolder folder;
    const auto file = folder.path() / "karmen.db";
    const auto backend = [&] { return sqlite_backend({.file = file, .statement_timeout = std::chrono::seconds(5)}); };
    make_table(backend());
    return compare({"sqlite", [&] { return std::make_unique<Karmen>(backend()); },
                    [&] { return std::make_unique<BareSqlite>(file.string()); }});
}

bool compare_postgres() {
    const TestSchema schema;
    const auto backend = [&] { return postgres_backend({.url = schema.url()}); };
    make_table(backend());
    return compare({"postgres", [&] { return std::make_unique<Karmen>(backend()); },
                    [&] { return std::make_unique<BarePostgres>(schema.url()); }});
}

}  // namespace

int main() {
    try {
        bool holds = compare_sqlite();
        if (std::getenv("KARMEN_TEST_POSTGRES") != nullptr)
            holds = compare_postgres() && holds;
        else
            fmt::print("postgres: not measured; run this as scripts/with-postgres scripts/bench storage\n");
        return holds ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
