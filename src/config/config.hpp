#pragma once

#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace karmen::config {

using Duration = std::chrono::milliseconds;
using Bytes = std::uint64_t;

inline constexpr Bytes kKiB = 1024;
inline constexpr Bytes kMiB = 1024 * kKiB;
inline constexpr Bytes kGiB = 1024 * kMiB;

// The members below are the only place of the defaults. options.cpp says what each option means and allows; a test
// fails if a member has no row there.

struct Http {
    std::string address = "127.0.0.1";
    int port = 8080;
    Bytes header_max_bytes = 16 * kKiB;
    Bytes json_max_bytes = kMiB;
    Bytes upload_max_bytes = kGiB;
    int connections_max = 10'000;
    int descriptors_reserve = 48;
    Duration header_timeout = std::chrono::seconds(10);
    Duration body_idle_timeout = std::chrono::seconds(30);
    Bytes body_rate_min = kKiB;  ///< bytes per second
    Duration write_idle_timeout = std::chrono::seconds(30);
    Bytes unsent_max_bytes = 128 * kKiB;
    Duration keep_alive_timeout = std::chrono::seconds(75);
    Duration handler_timeout = std::chrono::seconds(60);
    Duration ready_timeout = std::chrono::seconds(2);
    Duration shutdown_grace = std::chrono::seconds(10);
    std::vector<std::string> cors_origins{"*"};
    std::vector<std::string> trusted_proxies;
    bool operator==(const Http&) const = default;
};

/// In the order of the words in options.cpp.
enum class FreshAdmin { kAll, kAccounts };

struct Auth {
    std::string secret_key;
    std::string old_secret_key;
    int bcrypt_cost = 12;
    Duration access_token_lifetime = std::chrono::minutes(15);
    Duration refresh_token_lifetime = std::chrono::days(30);
    std::string admin_username = "karmen";
    std::string admin_password;
    int login_failures_slow = 5;
    int login_failures_max = 20;
    Duration login_window = std::chrono::minutes(5);
    Duration login_block = std::chrono::minutes(15);
    int login_names_slow = 50;
    Duration login_names_interval = std::chrono::seconds(2);
    int logins_waiting_max = 128;
    int logins_waiting_per_address_max = 32;
    Duration login_refusal_delay = std::chrono::milliseconds(500);
    Duration stream_check_interval = std::chrono::seconds(10);
    Duration stream_unchecked_max = std::chrono::minutes(5);
    Duration clock_leeway = std::chrono::seconds(10);
    FreshAdmin fresh_admin = FreshAdmin::kAll;
    int sessions_max = 1000;
    int accounts_kept_max = 1000;
    bool operator==(const Auth&) const = default;
};

struct Printers {
    Duration status_max_age = std::chrono::seconds(2);
    Duration deadline = std::chrono::seconds(2);
    Duration request_timeout = std::chrono::seconds(5);
    Duration upload_idle_timeout = std::chrono::seconds(60);
    std::string ca_file;
    Duration upload_answer_timeout = std::chrono::minutes(10);
    Duration print_settle_time = std::chrono::seconds(10);
    int checks_max = 400;
    Duration check_interval = std::chrono::seconds(25);
    Duration check_interval_active = std::chrono::seconds(2);
    Duration settle_interval = std::chrono::milliseconds(500);
    Duration settle_time = std::chrono::seconds(60);
    Duration backoff_max = std::chrono::seconds(25);
    Duration list_interval = std::chrono::seconds(5);
    Duration follow_interval = std::chrono::seconds(2);
    Duration progress_interval = std::chrono::seconds(30);
    Duration lock_lifetime = std::chrono::seconds(30);
    Duration claim_lifetime = std::chrono::seconds(3);
    Bytes answer_max_bytes = kMiB;
    int requests_max_per_printer = 2;
    Duration probe_timeout = std::chrono::seconds(5);
    int probes_max = 8;
    Duration app_key_patience = std::chrono::minutes(5);
    Duration app_key_retention = std::chrono::days(1);
    int app_keys_max = 32;
    bool operator==(const Printers&) const = default;
};

/// In the order of the words in options.cpp.
enum class WebcamAccess { kToken, kOpen };

struct Webcam {
    WebcamAccess access = WebcamAccess::kToken;
    std::vector<std::string> allowed_hosts;
    int cameras_max = 200;
    int viewers_max = 200;
    Bytes picture_max_bytes = 2 * kMiB;
    Duration connect_timeout = std::chrono::seconds(5);
    Duration idle_timeout = std::chrono::seconds(10);
    Duration linger = std::chrono::seconds(5);
    Duration outage_max = std::chrono::seconds(60);
    Duration still_interval = std::chrono::seconds(1);
    Duration snapshot_max_age = std::chrono::seconds(5);
    int snapshot_max_pixels = 32'000'000;
    bool operator==(const Webcam&) const = default;
};

struct Events {
    int history_max = 1000;
    int followers_max = 1000;
    Duration pulse_interval = std::chrono::seconds(15);
    bool operator==(const Events&) const = default;
};

struct Files {
    std::string dir;      ///< empty: gcodes in data_dir
    std::string old_dir;  ///< what rows of Karmen 0.0.13 call it; empty: the same
    Bytes min_free_bytes = 64 * kMiB;
    Bytes user_quota_bytes = 0;  ///< 0: no quota
    Bytes unpacked_max_bytes = 512 * kMiB;
    Bytes thumbnail_max_bytes = 4 * kMiB;
    int thumbnails_max = 16;
    int thumbnail_max_pixels = 1'000'000;
    bool operator==(const Files&) const = default;
};

enum class MigrateAtStart { kNo, kYes };

struct Storage {
    std::string postgres_url;  ///< empty: the embedded database
    Duration connect_timeout = std::chrono::seconds(3);
    Duration statement_timeout = std::chrono::seconds(5);
    MigrateAtStart migrate_at_start = MigrateAtStart::kYes;
    Duration busy_timeout = std::chrono::seconds(5);
    int connections = 4;
    int filter_length_max = 200;  ///< bytes of the pattern
    int filter_size_max = 1000;   ///< instructions of the program that RE2 makes of it
    bool operator==(const Storage&) const = default;
};

struct Redis {
    std::string url;  ///< empty: no Redis, everything in one process
    std::string key_prefix = "karmen:";
    Duration connect_timeout = std::chrono::seconds(2);
    Duration command_timeout = std::chrono::seconds(2);
    bool operator==(const Redis&) const = default;
};

struct Tasks {
    int concurrency = 4;
    int attempts_max = 5;
    Duration backoff_min = std::chrono::seconds(1);
    Duration backoff_max = std::chrono::minutes(10);
    Duration visibility_timeout = std::chrono::minutes(1);
    int waiting_max = 10'000;
    int dead_letters_max = 1000;
    Duration shutdown_grace = std::chrono::seconds(10);
    Duration clean_store_interval = std::chrono::hours(1);
    Duration analyze_interval = std::chrono::minutes(10);
    Duration clean_sessions_interval = std::chrono::hours(1);
    Duration progress_interval = std::chrono::seconds(1);
    Bytes result_max_bytes = 256 * kKiB;
    Duration records_retention = std::chrono::days(30);
    int records_max = 10'000;
    int scheduled_records_max = 20;
    Duration clean_records_interval = std::chrono::hours(1);
    bool operator==(const Tasks&) const = default;
};

struct Audit {
    Duration retention = std::chrono::days(365);
    int rows_max = 1'000'000;
    int refusals_max = 100;
    Duration clean_interval = std::chrono::hours(1);
    bool operator==(const Audit&) const = default;
};

struct Pools {
    int blocking_threads = 4;
    int list_threads = 2;
    int list_queue_max = 16;
    int file_threads = 4;
    int cpu_threads = 0;  ///< 0: one per core
    int queue_max = 1000;
    bool operator==(const Pools&) const = default;
};

struct Logging {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kText;
    bool operator==(const Logging&) const = default;
};

/// Everything that can be set, as the rest of the program reads it. Made once at start by load() and handed down by
/// section. Immutable.
struct Config {
    std::string data_dir = "./karmen-data";
    Http http;
    Auth auth;
    Printers printers;
    Webcam webcam;
    Events events;
    Files files;
    Storage storage;
    Redis redis;
    Tasks tasks;
    Audit audit;
    Pools pools;
    Logging log;
    bool operator==(const Config&) const = default;
};

}  // namespace karmen::config
