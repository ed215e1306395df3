#pragma once

#include "config/config.hpp"
#include "storage/api_token_repository.hpp"
#include "storage/database.hpp"
#include "storage/gcode_repository.hpp"
#include "storage/print_job_repository.hpp"
#include "storage/printer_repository.hpp"
#include "storage/setting_repository.hpp"
#include "storage/task_repository.hpp"
#include "storage/user_repository.hpp"

namespace karmen::app {

/// A database of Karmen 0.0.13 cannot go back: it is taken over by who serves or by `karmen migrate`, and not by a
/// command that only wanted to look.
enum class OldDatabase { kRefuse, kTakeOver };

/// The database that the configuration names, brought to the schema of this program, and its tables. Lives as long as
/// the process works.
class Persistence {
  public:
    /// Makes data directory and embedded database when they are missing. Throws Error with a message for the operator.
    explicit Persistence(const config::Config& config, OldDatabase old_database = OldDatabase::kRefuse);

  private:
    storage::Database database_;

  public:
    storage::UserRepository users{database_};
    storage::ApiTokenRepository api_tokens{database_};
    storage::PrinterRepository printers{database_};
    storage::SettingRepository settings{database_};
    storage::GcodeRepository gcodes{database_};
    storage::PrintJobRepository printjobs{database_};
    storage::TaskRepository tasks{database_};

    /// Throws Error when the database does not answer.
    void require_reachable();
};

}  // namespace karmen::app
