#pragma once

#include "api/route.hpp"

/// The handlers of the rows in routes.cpp.
namespace karmen::emulator {

using api::Answer;
using api::Call;
using api::Services;

Answer emulate_page(const Services& services, Call& call);
Answer emulate_version(const Services& services, Call& call);
Answer emulate_server(const Services& services, Call& call);
Answer emulate_settings(const Services& services, Call& call);
Answer emulate_printer_profiles(const Services& services, Call& call);
Answer emulate_files(const Services& services, Call& call);
Answer emulate_current_user(const Services& services, Call& call);
Answer emulate_login(const Services& services, Call& call);
Answer emulate_printer(const Services& services, Call& call);
Answer emulate_job(const Services& services, Call& call);
Answer emulate_connection(const Services& services, Call& call);
Answer emulate_change_connection(const Services& services, Call& call);
Answer emulate_job_command(const Services& services, Call& call);
Answer emulate_printer_command(const Services& services, Call& call);
Answer emulate_upload(const Services& services, Call& call);
Answer emulate_file(const Services& services, Call& call);
Answer emulate_select(const Services& services, Call& call);

}  // namespace karmen::emulator
