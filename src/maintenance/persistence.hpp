#pragma once

#include "config/config.hpp"
#include "storage/database.hpp"
#include "storage/tables/api_token_repository.hpp"
#include "storage/tables/audit_repository.hpp"
#include "storage/tables/gcode_repository.hpp"
#include "storage/tables/print_job_repository.hpp"
#include "storage/tables/printer_repository.hpp"
#include "storage/tables/session_repository.hpp"
#include "storage/tables/setting_repository.hpp"
#include "storage/tables/task_repository.hpp"
#include "storage/tables/user_repository.hpp"

namespace karmen::maintenance {

/// What becomes of a database that is not as this program needs it. There is no way back from a conversion, and a
/// server of an older version may be working on it: so whoever serves converts it, and no command that only wanted to
/// look.
enum class UnreadyDatabase {
    kRefuse,   ///< nothing is made, so that a mistyped directory is told from one without rows
    kMakeNew,  ///< one that is missing or empty; an older one is refused
    kConvert,
};

/// The database that the configuration names, with the schema of this program, and its tables. Lives as long as the
/// process works.
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

    /// Ends the lists that are being read, and lets nobody begin another. Any thread.
    void end_lists() { database_.end_lists(); }

    /// Throws Error when the database does not answer.
    void require_reachable();
};

}  // namespace karmen::maintenance
