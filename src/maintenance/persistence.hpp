#pragma once

#include "config/config.hpp"
#include "storage/database.hpp"
#include "storage/tables/api_token_repository.hpp"
#include "storage/tables/app_key_repository.hpp"
#include "storage/tables/audit_repository.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/print_job_repository.hpp"
#include "storage/tables/printer_repository.hpp"
#include "storage/tables/session_repository.hpp"
#include "storage/tables/setting_repository.hpp"
#include "storage/tables/task_record_repository.hpp"
#include "storage/tables/task_repository.hpp"
#include "storage/tables/user_repository.hpp"

namespace karmen::maintenance {

/// What to do with a database that does not have the schema of this program. A conversion cannot be undone, and a
/// server of an older version may be using the database. So only servers convert it, and commands do not.
enum class UnreadyDatabase {
    kRefuse,   ///< creates nothing, so that a mistyped directory is an error and not an empty database
    kMakeNew,  ///< creates a missing or empty one; refuses an older one
    kConvert,
};

/// The database that the configuration names, with the schema of this program, and its tables. Lives as long as the
/// process.
class Persistence {
  public:
    /// Throws Error with a message for the operator.
    explicit Persistence(const config::Config& config, UnreadyDatabase unready = UnreadyDatabase::kRefuse);

  private:
    storage::Database database_;

  public:
    storage::UserRepository users{database_};
    storage::ApiTokenRepository api_tokens{database_};
    storage::SessionRepository login_sessions{database_};
    storage::PrinterRepository printers{database_};
    storage::SettingRepository settings{database_};
    storage::GcodeRepository gcodes{database_};
    storage::PrintJobRepository printjobs{database_};
    storage::TaskRepository tasks{database_};
    storage::AuditRepository audit{database_};
    storage::TaskRecordRepository task_records{database_};
    storage::AppKeyRepository app_keys{database_};
    const storage::CommitNumber commits{database_.commit_number()};

    /// Ends the lists that are being read, and refuses new ones. Any thread.
    void end_lists() { database_.end_lists(); }

    /// Throws Error if the database does not answer.
    void require_reachable();
};

}  // namespace karmen::maintenance
