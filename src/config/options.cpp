#include "config/options.hpp"

#include "config/values.hpp"
#include "domain/user.hpp"

#include <algorithm>
#include <array>

namespace karmen::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};
constexpr std::array<std::string_view, 2> kNoYes{"no", "yes"};
constexpr std::array<std::string_view, 2> kWebcamAccess{"token", "open"};
constexpr std::array<std::string_view, 2> kFreshAdmin{"all", "accounts"};

constexpr TextRule kPath{"a path without NUL", [](std::string_view text) {
                             return !text.empty() && text.find('\0') == std::string_view::npos;
                         }};
constexpr TextRule kOptionalPath{"empty or a path without NUL",
                                 [](std::string_view text) { return text.find('\0') == std::string_view::npos; }};
constexpr TextRule kOptionalAbsolutePath{"empty or a path that begins with /, without NUL", [](std::string_view text) {
                                             return (text.empty() || text.starts_with('/')) &&
                                                    text.find('\0') == std::string_view::npos;
                                         }};
constexpr TextRule kIpAddress{"an IPv4 or IPv6 address", is_ip_address};
constexpr TextRule kIpNetwork{"IP addresses and networks such as 10.0.0.0/8", is_ip_network};
constexpr TextRule kHostOrNetwork{"names of hosts, IP addresses and networks such as 10.0.0.0/8", is_host_or_network};
constexpr TextRule kOrigin{"* or origins such as https://karmen.example", is_origin};
// HS256 wants a key as long as its hash (RFC 7518 section 3.2).
constexpr TextRule kSigningKey{"empty or at least 32 characters",
                               [](std::string_view text) { return text.empty() || text.size() >= 32; }};
constexpr TextRule kAnyText{"any text", [](std::string_view) { return true; }};
constexpr TextRule kUsername{
    "1–128 bytes", [](std::string_view text) { return !text.empty() && text.size() <= kUsernameMaxCharacters; }};
// bcrypt reads no more than 72 bytes.
constexpr TextRule kPassword{"empty or 8–72 bytes", [](std::string_view text) {
                                 return text.empty() || (text.size() >= 8 && text.size() <= 72);
                             }};

constexpr TextRule kRedisUrl{"empty, or a URL that begins with redis:// or unix://", [](std::string_view text) {
                                 return text.empty() || text.starts_with("redis://") || text.starts_with("unix://");
                             }};
constexpr TextRule kKeyPrefix{"up to 64 bytes", [](std::string_view text) { return text.size() <= 64; }};
constexpr TextRule kPostgresUrl{
    "empty or postgres://user:password@host:port/database?sslmode=require", [](std::string_view text) {
        const bool is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
        return text.empty() || (is_url && text.find('\0') == std::string_view::npos);
    }};

template <auto Section, auto Member>
constexpr WordOption one_of(std::span<const std::string_view> words) {
    using Enum = std::remove_cvref_t<decltype(std::declval<Config&>().*Section.*Member)>;
    return {words, [](Config& config, std::size_t word) { config.*Section.*Member = static_cast<Enum>(word); },
            [](const Config& config) { return static_cast<std::size_t>(config.*Section.*Member); }};
}

// clang-format off
constexpr Option kOptions[] = {
    {"data_dir", "Directory of the database, the g-codes and the signing key. Made when it is not there.",
        TextOption{field<&Config::data_dir>, kPath}},

    {"http.address", "Address to listen on. The default is reached from this machine only.",
        TextOption{field<&Config::http, &Http::address>, kIpAddress}},
    {"http.port", "TCP port to listen on; 0 takes any free one.",
        NumberOption{field<&Config::http, &Http::port>, 0, 65535}},
    {"http.header_max_bytes", "Largest header of a request.",
        SizeOption{field<&Config::http, &Http::header_max_bytes>, kKiB, kMiB}},
    {"http.json_max_bytes", "Largest JSON body of a request.",
        SizeOption{field<&Config::http, &Http::json_max_bytes>, kKiB, 64 * kMiB}},
    {"http.upload_max_bytes", "Largest upload.",
        SizeOption{field<&Config::http, &Http::upload_max_bytes>, kKiB, 1024 * kGiB}},
    {"http.connections_max", "Connections open at the same time; more are answered with 503.",
        NumberOption{field<&Config::http, &Http::connections_max>, 1, 1'000'000}},
    {"http.descriptors_reserve", "File descriptors that connections leave to the database, the files and the printers, if the system allows few (ulimit -n).",
        NumberOption{field<&Config::http, &Http::descriptors_reserve>, 0, 1'000'000}},
    {"http.header_timeout", "Time for the whole header of a request, from its first byte.",
        DurationOption{field<&Config::http, &Http::header_timeout>, milliseconds(100), minutes(10)}},
    {"http.body_idle_timeout", "A request whose body brings no byte for this long is aborted.",
        DurationOption{field<&Config::http, &Http::body_idle_timeout>, milliseconds(100), hours(1)}},
    {"http.body_rate_min", "A request whose body is slower than this many bytes a second is aborted after body_idle_timeout; 0: no minimum.",
        SizeOption{field<&Config::http, &Http::body_rate_min>, 0, kGiB}},
    {"http.write_idle_timeout", "The connection of a client that takes no byte of its answer for this long is closed.",
        DurationOption{field<&Config::http, &Http::write_idle_timeout>, milliseconds(100), hours(1)}},
    {"http.unsent_max_bytes", "Bytes of an answer that the kernel keeps for a client, beyond those that are on their way to it.",
        SizeOption{field<&Config::http, &Http::unsent_max_bytes>, 4 * kKiB, kGiB}},
    {"http.keep_alive_timeout", "An idle connection is closed after this time.",
        DurationOption{field<&Config::http, &Http::keep_alive_timeout>, milliseconds(100), hours(1)}},
    {"http.handler_timeout", "Time to make an answer, uploads and downloads not counted.",
        DurationOption{field<&Config::http, &Http::handler_timeout>, milliseconds(100), hours(1)}},
    {"http.ready_timeout", "For /health/ready, time for each of database, queue and disk to answer.",
        DurationOption{field<&Config::http, &Http::ready_timeout>, milliseconds(100), minutes(1)}},
    {"http.shutdown_grace", "When the server stops, running requests have this time to finish.",
        DurationOption{field<&Config::http, &Http::shutdown_grace>, milliseconds(0), hours(1)}},
    {"http.cors_origins", "Web pages of these origins may call the API.",
        ListOption{field<&Config::http, &Http::cors_origins>, kOrigin}},
    {"http.trusted_proxies", "From these addresses X-Forwarded-For and X-Forwarded-Prefix are believed.",
        ListOption{field<&Config::http, &Http::trusted_proxies>, kIpNetwork}},

    {"auth.secret_key", "Signs the tokens. Empty: a random one is kept in the data directory.",
        SecretOption{field<&Config::auth, &Auth::secret_key>, kSigningKey}},
    {"auth.old_secret_key", "SECRET_KEY of Karmen 0.0.13, of any length: API tokens signed with it go on working, nothing else is.",
        SecretOption{field<&Config::auth, &Auth::old_secret_key>, kAnyText}},
    {"auth.bcrypt_cost", "Cost of a password hash; one more doubles the time.",
        NumberOption{field<&Config::auth, &Auth::bcrypt_cost>, 4, 15}},
    {"auth.access_token_lifetime", "An access token ends after this time.",
        DurationOption{field<&Config::auth, &Auth::access_token_lifetime>, seconds(1), days(1)}},
    {"auth.refresh_token_lifetime", "A refresh token ends after this time.",
        DurationOption{field<&Config::auth, &Auth::refresh_token_lifetime>, seconds(1), days(365)}},
    {"auth.admin_username", "Name of the administrator that the first start makes.",
        TextOption{field<&Config::auth, &Auth::admin_username>, kUsername}},
    {"auth.admin_password", "Password of that administrator. Empty: a random one, printed once.",
        SecretOption{field<&Config::auth, &Auth::admin_password>, kPassword}},
    {"auth.login_failures_slow", "Failed log-ins of one user from one address before answers come slower.",
        NumberOption{field<&Config::auth, &Auth::login_failures_slow>, 1, 10'000}},
    {"auth.login_failures_max", "Failed log-ins of one user from one address before further ones are refused.",
        NumberOption{field<&Config::auth, &Auth::login_failures_max>, 1, 10'000}},
    {"auth.login_window", "Failed log-ins are counted over this time.",
        DurationOption{field<&Config::auth, &Auth::login_window>, seconds(1), days(1)}},
    {"auth.login_block", "Log-ins are refused for this time.",
        DurationOption{field<&Config::auth, &Auth::login_block>, seconds(1), days(1)}},
    {"auth.login_names_slow", "After failures of this many different names within login_window an address (of IPv6: its /64 network) is slowed.",
        NumberOption{field<&Config::auth, &Auth::login_names_slow>, 1, 10'000}},
    {"auth.login_names_interval", "A slowed address gets one attempt in this time; attempts that would wait for more than 5s are refused.",
        DurationOption{field<&Config::auth, &Auth::login_names_interval>, milliseconds(10), minutes(10)}},
    {"auth.logins_waiting_max", "Log-ins that may wait until their passwords are compared; more are answered with 503.",
        NumberOption{field<&Config::auth, &Auth::logins_waiting_max>, 1, 10'000}},
    {"auth.logins_waiting_per_address_max", "The same from one address (of IPv6, one /64 network); more are answered with 429.",
        NumberOption{field<&Config::auth, &Auth::logins_waiting_per_address_max>, 1, 10'000}},
    {"auth.login_refusal_delay", "Answers 429 and 503 to log-ins are delayed by this time, so that clients that try again at once cost little.",
        DurationOption{field<&Config::auth, &Auth::login_refusal_delay>, milliseconds(0), seconds(10)}},
    {"auth.stream_unchecked_max", "If the database does not answer, a webcam or event stream goes on unchecked for this time; then it ends.",
        DurationOption{field<&Config::auth, &Auth::stream_unchecked_max>, milliseconds(10), days(1)}},
    {"auth.stream_check_interval", "How often it is checked that the user of a webcam or event stream still may have it.",
        DurationOption{field<&Config::auth, &Auth::stream_check_interval>, milliseconds(10), minutes(10)}},

    {"auth.clock_leeway", "The clock of another process that makes tokens may be ahead of ours by this much.",
        DurationOption{field<&Config::auth, &Auth::clock_leeway>, milliseconds(0), minutes(10)}},
    {"auth.fresh_admin", "Where an administrator needs a fresh token: for all actions of administrators, or only for accounts (printers, "
        "settings and tasks then take any of their access tokens, as in Karmen 0.0.13).",
        one_of<&Config::auth, &Auth::fresh_admin>(kFreshAdmin)},
    {"auth.sessions_max", "Sessions of one user; above it, those that were unused for the longest time end.",
        NumberOption{field<&Config::auth, &Auth::sessions_max>, 1, 100'000}},
    {"auth.accounts_kept_max", "Tokens whose account is kept in memory until the next commit. Only with SQLite.",
        NumberOption{field<&Config::auth, &Auth::accounts_kept_max>, 1, 100'000}},

    {"printers.status_max_age", "A printer whose state is older than this when it is shown is asked at once.",
        DurationOption{field<&Config::printers, &Printers::status_max_age>, milliseconds(0), hours(1)}},
    {"printers.deadline", "A look at one printer waits this long for an answer; then the printer is reported as not responding. Lists never wait.",
        DurationOption{field<&Config::printers, &Printers::deadline>, milliseconds(10), minutes(1)}},
    {"printers.request_timeout", "One request to a printer may take this long.",
        DurationOption{field<&Config::printers, &Printers::request_timeout>, milliseconds(10), minutes(10)}},
    {"printers.upload_idle_timeout", "An upload is aborted if the printer takes no byte for this long.",
        DurationOption{field<&Config::printers, &Printers::upload_idle_timeout>, milliseconds(10), hours(1)}},
    {"printers.ca_file", "PEM file of authorities that are trusted for printers and their webcams, besides those of the machine.",
        TextOption{field<&Config::printers, &Printers::ca_file>, kOptionalPath}},
    {"printers.upload_answer_timeout", "A printer that has the whole file may take this long to answer; at least upload_idle_timeout is used.",
        DurationOption{field<&Config::printers, &Printers::upload_answer_timeout>, milliseconds(10), hours(1)}},
    {"printers.print_settle_time", "A printer whose answer to a file is unclear is asked for this long whether it prints it.",
        DurationOption{field<&Config::printers, &Printers::print_settle_time>, milliseconds(0), hours(1)}},
    {"printers.checks_max", "Printers that one process asks at the same time; those that do not answer get half of these places at most.",
        NumberOption{field<&Config::printers, &Printers::checks_max>, 2, 10'000}},
    {"printers.check_interval", "Time between two checks of a printer.",
        DurationOption{field<&Config::printers, &Printers::check_interval>, milliseconds(100), days(1)}},
    {"printers.check_interval_active", "The same while it prints.",
        DurationOption{field<&Config::printers, &Printers::check_interval_active>, milliseconds(100), days(1)}},
    {"printers.settle_interval", "The same after a command, until the printer's state settles.",
        DurationOption{field<&Config::printers, &Printers::settle_interval>, milliseconds(10), minutes(1)}},
    {"printers.settle_time", "After this time a state that does not settle is no longer checked that often.",
        DurationOption{field<&Config::printers, &Printers::settle_time>, milliseconds(0), hours(1)}},
    {"printers.backoff_max", "A printer that does not answer is asked at least this often, so one that is back is seen within this time.",
        DurationOption{field<&Config::printers, &Printers::backoff_max>, milliseconds(100), days(1)}},
    {"printers.list_interval", "Time until a printer that `karmen printer` added or removed is noticed.",
        DurationOption{field<&Config::printers, &Printers::list_interval>, milliseconds(100), hours(1)}},
    {"printers.follow_interval", "How often the print jobs that go on are read again, because other processes start and end them too.",
        DurationOption{field<&Config::printers, &Printers::follow_interval>, milliseconds(100), minutes(5)}},
    {"printers.progress_interval", "Between two writes of a print's progress to its print job.",
        DurationOption{field<&Config::printers, &Printers::progress_interval>, seconds(1), hours(1)}},
    {"printers.lock_lifetime", "If a process dies while it sends a file to a printer, the printer stays locked for this long.",
        DurationOption{field<&Config::printers, &Printers::lock_lifetime>, seconds(1), minutes(10)}},
    {"printers.claim_lifetime", "Only one of many processes asks a printer at a time; if it dies, another one asks after this time.",
        DurationOption{field<&Config::printers, &Printers::claim_lifetime>, milliseconds(300), minutes(1)}},
    {"printers.answer_max_bytes", "Largest answer that a printer may give.",
        SizeOption{field<&Config::printers, &Printers::answer_max_bytes>, kKiB, 64 * kMiB}},
    {"printers.requests_max_per_printer", "Requests to one printer at the same time.",
        NumberOption{field<&Config::printers, &Printers::requests_max_per_printer>, 1, 16}},
    {"printers.probe_timeout", "Time to find out what answers at an address.",
        DurationOption{field<&Config::printers, &Printers::probe_timeout>, milliseconds(100), minutes(1)}},
    {"printers.probes_max", "Addresses that `POST /printers/probe` asks at the same time; more are refused with 503.",
        NumberOption{field<&Config::printers, &Printers::probes_max>, 1, 1000}},
    {"printers.app_key_patience", "How long a person has to allow on a printer that Karmen gets an application key.",
        DurationOption{field<&Config::printers, &Printers::app_key_patience>, seconds(1), hours(1)}},
    {"printers.app_key_retention", "An application key that was granted and that no printer got is removed after this time.",
        DurationOption{field<&Config::printers, &Printers::app_key_retention>, minutes(1), days(365)}},
    {"printers.app_keys_max", "Application keys that are waited for at the same time; more are refused with 503.",
        NumberOption{field<&Config::printers, &Printers::app_keys_max>, 1, 1000}},

    {"webcam.access", "Who may watch webcams: users with a token (in the header or as ?token=), or everybody who reaches the server.",
        one_of<&Config::webcam, &Webcam::access>(kWebcamAccess)},
    {"webcam.allowed_hosts", "Hosts, besides the printer's own, where cameras may be: names, addresses, networks.",
        ListOption{field<&Config::webcam, &Webcam::allowed_hosts>, kHostOrNetwork}},
    {"webcam.cameras_max", "Webcams watched at the same time; more are answered with 503.",
        NumberOption{field<&Config::webcam, &Webcam::cameras_max>, 1, 1000}},
    {"webcam.viewers_max", "Viewers of one webcam; more are answered with 503.",
        NumberOption{field<&Config::webcam, &Webcam::viewers_max>, 1, 100'000}},
    {"webcam.picture_max_bytes", "Largest picture of a webcam; a viewer who reads slowly holds one in memory.",
        SizeOption{field<&Config::webcam, &Webcam::picture_max_bytes>, kKiB, 64 * kMiB}},
    {"webcam.connect_timeout", "Time for a webcam to begin its answer.",
        DurationOption{field<&Config::webcam, &Webcam::connect_timeout>, milliseconds(10), minutes(1)}},
    {"webcam.idle_timeout", "A webcam that sends no complete picture for this long is connected again.",
        DurationOption{field<&Config::webcam, &Webcam::idle_timeout>, milliseconds(10), minutes(10)}},
    {"webcam.linger", "A webcam stays connected for this time after its last viewer has left.",
        DurationOption{field<&Config::webcam, &Webcam::linger>, milliseconds(0), minutes(10)}},
    {"webcam.outage_max", "Viewers of a webcam that broke off stay connected for this time.",
        DurationOption{field<&Config::webcam, &Webcam::outage_max>, milliseconds(0), days(1)}},
    {"webcam.still_interval", "A camera that gives single pictures is asked this often while somebody watches.",
        DurationOption{field<&Config::webcam, &Webcam::still_interval>, milliseconds(10), minutes(10)}},
    {"webcam.snapshot_max_age", "A snapshot is the newest picture, unless that is older than this.",
        DurationOption{field<&Config::webcam, &Webcam::snapshot_max_age>, milliseconds(0), minutes(10)}},
    {"webcam.snapshot_max_pixels", "Larger pictures are not scaled.",
        NumberOption{field<&Config::webcam, &Webcam::snapshot_max_pixels>, 1, 1'000'000'000}},

    {"events.history_max", "Events that are kept for clients that come back.",
        NumberOption{field<&Config::events, &Events::history_max>, 1, 1'000'000}},
    {"events.followers_max", "Clients that follow the events at the same time; more are answered with 503.",
        NumberOption{field<&Config::events, &Events::followers_max>, 1, 100'000}},
    {"events.pulse_interval", "A stream without events sends a sign of life this often.",
        DurationOption{field<&Config::events, &Events::pulse_interval>, milliseconds(10), minutes(10)}},

    {"files.dir", "Directory of the g-codes; empty: gcodes in data_dir. After Karmen 0.0.13 set it to its UPLOAD_FOLDER: the "
        "files of its database are found there. In a directory that is set here, files that no g-code lists stay where they are.",
        TextOption{field<&Config::files, &Files::dir>, kOptionalPath}},
    {"files.old_dir", "UPLOAD_FOLDER of Karmen 0.0.13 as the rows of its database name it, when the files are elsewhere now: paths that "
        "begin with it are looked for in the directory of the g-codes. Empty: they are where they were.",
        TextOption{field<&Config::files, &Files::old_dir>, kOptionalAbsolutePath}},
    {"files.min_free_bytes", "An upload that would leave less room on the disk is refused.",
        SizeOption{field<&Config::files, &Files::min_free_bytes>, 0, 1024 * kGiB}},
    {"files.user_quota_bytes", "The files of one user may take this much room; a larger upload is refused. 0: no quota.",
        SizeOption{field<&Config::files, &Files::user_quota_bytes>, 0, 1024 * 1024 * kGiB}},
    {"files.unpacked_max_bytes", "The largest G-code in a .gcode.3mf that is unpacked for analysis; a file with a larger one is stored without facts.",
        SizeOption{field<&Config::files, &Files::unpacked_max_bytes>, kKiB, 1024 * kGiB}},
    {"files.thumbnail_max_bytes", "Pictures in g-code files that take more room there are not shown. A higher limit applies to files that are stored from then on.",
        SizeOption{field<&Config::files, &Files::thumbnail_max_bytes>, kKiB, 64 * kMiB}},
    {"files.thumbnails_max", "How many pictures of a g-code file are listed, the first ones; for files that are stored from then on.",
        NumberOption{field<&Config::files, &Files::thumbnails_max>, 0, 1000}},
    {"files.thumbnail_max_pixels", "Larger pictures are not converted (QOI to PNG), so not shown.",
        NumberOption{field<&Config::files, &Files::thumbnail_max_pixels>, 1, 100'000'000}},

    {"storage.postgres_url", "PostgreSQL database. Empty: the one that POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER and "
        "POSTGRES_PASSWORD of the environment name, or, without POSTGRES_HOST, the embedded database in data_dir.",
        SecretOption{field<&Config::storage, &Storage::postgres_url>, kPostgresUrl}},
    {"storage.connect_timeout", "Time to connect to PostgreSQL.",
        DurationOption{field<&Config::storage, &Storage::connect_timeout>, seconds(2), minutes(10)}},
    {"storage.statement_timeout", "Time for one statement in the database; a longer one is ended there. It does not apply to migrations and backups.",
        DurationOption{field<&Config::storage, &Storage::statement_timeout>, milliseconds(100), minutes(10)}},
    {"storage.migrate_at_start", "Convert a database of an older version at start; no: refuse it until `karmen migrate` did.",
        one_of<&Config::storage, &Storage::migrate_at_start>(kNoYes)},
    {"storage.busy_timeout", "Time to wait for another process that writes to the embedded database.",
        DurationOption{field<&Config::storage, &Storage::busy_timeout>, milliseconds(0), minutes(10)}},
    {"storage.connections", "Connections to the database, and one more for each of pools.list_threads.",
        NumberOption{field<&Config::storage, &Storage::connections>, 1, 256}},
    {"storage.filter_length_max", "Longest pattern in the filter of a list, in bytes.",
        NumberOption{field<&Config::storage, &Storage::filter_length_max>, 1, 10'000}},
    {"storage.filter_size_max", "How much work a pattern may be for each character of a text: steps of the program that it becomes. A "
        "letter is one or a few, and a{100} a hundred times a.",
        NumberOption{field<&Config::storage, &Storage::filter_size_max>, 10, 100'000}},

    {"redis.url", "Redis that several processes share, such as redis://:password@127.0.0.1:6379/0; empty: no Redis, one process.",
        SecretOption{field<&Config::redis, &Redis::url>, kRedisUrl}},
    {"redis.key_prefix", "What the names of all keys in Redis begin with.",
        TextOption{field<&Config::redis, &Redis::key_prefix>, kKeyPrefix}},
    {"redis.connect_timeout", "Time to connect to Redis.",
        DurationOption{field<&Config::redis, &Redis::connect_timeout>, milliseconds(10), minutes(1)}},
    {"redis.command_timeout", "A Redis that takes longer to answer is treated as down.",
        DurationOption{field<&Config::redis, &Redis::command_timeout>, milliseconds(10), minutes(1)}},

    {"tasks.concurrency", "Tasks that a worker does at the same time.",
        NumberOption{field<&Config::tasks, &Tasks::concurrency>, 1, 1000}},
    {"tasks.attempts_max", "A task that failed this often is not tried again; `karmen tasks` shows it.",
        NumberOption{field<&Config::tasks, &Tasks::attempts_max>, 1, 100}},
    {"tasks.backoff_min", "Longest wait before a failed task is tried again the first time; doubled for each further attempt.",
        DurationOption{field<&Config::tasks, &Tasks::backoff_min>, milliseconds(1), hours(1)}},
    {"tasks.backoff_max", "Upper limit of that wait.",
        DurationOption{field<&Config::tasks, &Tasks::backoff_max>, milliseconds(1), days(1)}},
    {"tasks.visibility_timeout", "If a worker gives no sign of life for this long, other workers take over its tasks.",
        DurationOption{field<&Config::tasks, &Tasks::visibility_timeout>, milliseconds(100), days(1)}},
    {"tasks.waiting_max", "Tasks that may wait; more are refused with 503.",
        NumberOption{field<&Config::tasks, &Tasks::waiting_max>, 1, 1'000'000}},
    {"tasks.dead_letters_max", "How many of the tasks that failed too often are kept, the newest ones.",
        NumberOption{field<&Config::tasks, &Tasks::dead_letters_max>, 1, 100'000}},
    {"tasks.shutdown_grace", "When a worker stops, running tasks have this time to finish; the others are given to another worker.",
        DurationOption{field<&Config::tasks, &Tasks::shutdown_grace>, milliseconds(0), hours(1)}},
    {"tasks.clean_store_interval", "How often unfinished uploads older than a day are removed.",
        DurationOption{field<&Config::tasks, &Tasks::clean_store_interval>, seconds(1), days(1)}},
    {"tasks.analyze_interval", "How often g-code files without an analysis, such as those of an older Karmen, are looked for.",
        DurationOption{field<&Config::tasks, &Tasks::analyze_interval>, seconds(1), days(1)}},

    {"tasks.clean_sessions_interval", "How often sessions whose last token has expired are removed.",
        DurationOption{field<&Config::tasks, &Tasks::clean_sessions_interval>, seconds(1), days(1)}},
    {"tasks.progress_interval", "The progress of a running task is written down at most this often.",
        DurationOption{field<&Config::tasks, &Tasks::progress_interval>, milliseconds(1), minutes(1)}},
    {"tasks.result_max_bytes", "Longest result of a task that is kept, as JSON.",
        SizeOption{field<&Config::tasks, &Tasks::result_max_bytes>, kKiB, 16 * kMiB}},
    {"tasks.records_retention", "What became of a task is kept for this time.",
        DurationOption{field<&Config::tasks, &Tasks::records_retention>, seconds(1), days(36'500)}},
    {"tasks.records_max", "Tasks that have ended and are still listed; above it, the oldest are removed.",
        NumberOption{field<&Config::tasks, &Tasks::records_max>, 1, 10'000'000}},
    {"tasks.scheduled_records_max", "The same for each kind of task that nobody asked for, because it is done again and again.",
        NumberOption{field<&Config::tasks, &Tasks::scheduled_records_max>, 1, 100'000}},
    {"tasks.clean_records_interval", "How often records of tasks that are too old or too many are removed.",
        DurationOption{field<&Config::tasks, &Tasks::clean_records_interval>, seconds(1), days(1)}},
    {"audit.retention", "Entries of the audit log are kept for this time.",
        DurationOption{field<&Config::audit, &Audit::retention>, seconds(1), days(36'500)}},
    {"audit.rows_max", "Entries of the audit log that are kept; above it, refusals are removed first, then the oldest.",
        NumberOption{field<&Config::audit, &Audit::rows_max>, 1, 1'000'000'000}},
    {"audit.refusals_max", "How many kinds of refusals (who, from where, what) in one minute have their own entry; further ones share one.",
        NumberOption{field<&Config::audit, &Audit::refusals_max>, 1, 100'000}},
    {"audit.clean_interval", "How often entries that are too old or too many are removed.",
        DurationOption{field<&Config::audit, &Audit::clean_interval>, seconds(1), days(1)}},

    {"pools.blocking_threads", "Threads for the database.",
        NumberOption{field<&Config::pools, &Pools::blocking_threads>, 1, 256}},
    {"pools.list_threads", "Threads reserved for lists that may read a whole table: with a filter, or in an order without an index.",
        NumberOption{field<&Config::pools, &Pools::list_threads>, 1, 256}},
    {"pools.list_queue_max", "Such lists that may wait, each as long as one statement may take; more are answered with 503.",
        NumberOption{field<&Config::pools, &Pools::list_queue_max>, 0, 1'000'000}},
    {"pools.file_threads", "Threads for g-code files: writing, analysing, reading.",
        NumberOption{field<&Config::pools, &Pools::file_threads>, 1, 256}},
    {"pools.cpu_threads", "Threads for passwords; 0 is one per core.",
        NumberOption{field<&Config::pools, &Pools::cpu_threads>, 0, 256}},
    {"pools.queue_max", "Pieces of work that may wait for a thread; more are answered with 503.",
        NumberOption{field<&Config::pools, &Pools::queue_max>, 1, 1'000'000}},

    {"log.level", "Log lines below this level are left out.",
        one_of<&Config::log, &Logging::level>(kLogLevels)},
    {"log.format", "Log lines for people, or one JSON object a line.",
        one_of<&Config::log, &Logging::format>(kLogFormats)},
};
// clang-format on

std::string as_name(std::string_view key, std::string_view prefix, char separator) {
    std::string name(prefix);
    for (const char c : key) name += c == '.' || c == '_' || c == '-' ? separator : c;
    return name;
}

}  // namespace

std::span<const Option> options() {
    return kOptions;
}

const Option* find_option(std::string_view key) {
    const auto found = std::ranges::find(kOptions, key, &Option::key);
    return found == std::end(kOptions) ? nullptr : &*found;
}

std::string_view Option::section() const {
    const std::size_t dot = key.find('.');
    return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view Option::name() const {
    return key.substr(section().empty() ? 0 : section().size() + 1);
}

std::string Option::environment_variable() const {
    std::string name = as_name(key, "KARMEN_", '_');
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return name;
}

std::string Option::flag() const {
    return as_name(key, "--", '-');
}

std::vector<std::string> contradictions(const Config& config) {
    std::vector<std::string> found;
    if (config.auth.login_failures_slow > config.auth.login_failures_max)
        found.emplace_back("auth.login_failures_slow must not be more than auth.login_failures_max");
    if (config.auth.access_token_lifetime > config.auth.refresh_token_lifetime)
        found.emplace_back("auth.access_token_lifetime must not be longer than auth.refresh_token_lifetime");
    if (config.tasks.backoff_min > config.tasks.backoff_max)
        found.emplace_back("tasks.backoff_min must not be longer than tasks.backoff_max");
    return found;
}

}  // namespace karmen::config
