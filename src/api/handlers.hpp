#pragma once

#include "api/route.hpp"

/// One function for each row of the table in routes.cpp; each parses, calls one service, and turns the result into
/// JSON.
namespace karmen::api {

using Answer = Awaitable<http::Response>;

// root.cpp
Answer get_root(const Services& services, Call& call);
Answer get_live(const Services& services, Call& call);
Answer get_ready(const Services& services, Call& call);

// docs.cpp
Answer get_openapi(const Services& services, Call& call);
Answer get_docs(const Services& services, Call& call);
Answer get_docs_file(const Services& services, Call& call);

// sessions.cpp
Answer authenticate(const Services& services, Call& call);
Answer authenticate_fresh(const Services& services, Call& call);
Answer authenticate_refresh(const Services& services, Call& call);
Answer probe(const Services& services, Call& call);
Answer change_own_password(const Services& services, Call& call);

// printers.cpp
Answer list_printers(const Services& services, Call& call);
Answer get_printer(const Services& services, Call& call);
Answer add_printer(const Services& services, Call& call);
Answer change_printer(const Services& services, Call& call);
Answer remove_printer(const Services& services, Call& call);

// gcodes.cpp
Answer list_gcodes(const Services& services, Call& call);
Answer upload_gcode(const Services& services, Call& call);
Answer get_gcode(const Services& services, Call& call);
Answer download_gcode(const Services& services, Call& call);
Answer gcode_thumbnail(const Services& services, Call& call);
Answer remove_gcode(const Services& services, Call& call);

// printjobs.cpp
Answer list_printjobs(const Services& services, Call& call);
Answer start_printjob(const Services& services, Call& call);
Answer get_printjob(const Services& services, Call& call);
Answer remove_printjob(const Services& services, Call& call);

// users.cpp
Answer list_users(const Services& services, Call& call);
Answer add_user(const Services& services, Call& call);
Answer change_user(const Services& services, Call& call);

Answer remove_user(const Services& services, Call& call);

// login_sessions.cpp
Answer list_own_sessions(const Services& services, Call& call);
Answer end_own_session(const Services& services, Call& call);
Answer log_out(const Services& services, Call& call);
Answer list_sessions(const Services& services, Call& call);
Answer end_sessions(const Services& services, Call& call);

// api_tokens.cpp
Answer list_api_tokens(const Services& services, Call& call);
Answer add_api_token(const Services& services, Call& call);
Answer revoke_api_token(const Services& services, Call& call);

// settings.cpp, tasks.cpp
Answer list_settings(const Services& services, Call& call);
Answer change_settings(const Services& services, Call& call);
Answer start_task(const Services& services, Call& call);

// audit.cpp
Answer list_audit(const Services& services, Call& call);

// printer_control.cpp
Answer change_connection(const Services& services, Call& call);
Answer command_current_job(const Services& services, Call& call);

// webcam.cpp
Answer proxied_webcam(const Services& services, Call& call);
Answer webcam_snapshot(const Services& services, Call& call);

// events.cpp
Answer follow_events(const Services& services, Call& call);

// emulator.cpp
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

}  // namespace karmen::api
