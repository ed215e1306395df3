#include "api/handlers.hpp"
#include "api/route.hpp"

namespace karmen::api {

std::span<const Route> routes() {
    using enum Access;
    using enum Deadline;
    constexpr auto kRefuse = WhenPasswordChangeIsForced::kRefuse;
    constexpr auto kAllow = WhenPasswordChangeIsForced::kAllow;
    // clang-format off
    static constexpr Route kRoutes[] = {
        // method   path                              who may call   forced   deadline  handler               summary
        {"GET",    "/health/live",                    kAnyone,       kAllow,  kHandler, get_live,             "Whether this process answers"},
        {"GET",    "/health/ready",                   kAnyone,       kAllow,  kHandler, get_ready,            "Whether this process can do its work"},
        {"GET",    "/",                               kAnyone,       kAllow,  kHandler, get_root,             "Name and version of this server"},
        {"GET",    "/openapi.json",                   kAnyone,       kAllow,  kHandler, get_openapi,          "This document"},
        {"GET",    "/docs",                           kAnyone,       kAllow,  kHandler, get_docs,             "This document as a page, to read and to try"},
        {"GET",    "/docs/{file}",                    kAnyone,       kAllow,  kHandler, get_docs_file,        "What the page is made of"},
        {"POST",   "/users/me/authenticate",          kAnyone,       kAllow,  kHandler, authenticate,         "Log in: a fresh access token and a refresh token"},
        {"POST",   "/users/me/authenticate-fresh",    kAnyone,       kAllow,  kHandler, authenticate_fresh,   "Prove the password again: a fresh access token"},
        {"POST",   "/users/me/authenticate-refresh",  kRefreshToken, kAllow,  kHandler, authenticate_refresh, "A new access token for a refresh token"},
        {"GET",    "/users/me/probe",                 kUser,         kAllow,  kHandler, probe,                "Whether the token is good and the password must be changed"},
        {"PATCH",  "/users/me",                       kFreshUser,    kAllow,  kHandler, change_own_password,  "Change the own password"},
        {"GET",    "/users/me/tokens",                kFreshUser,    kRefuse, kHandler, list_api_tokens,      "The own API tokens"},
        {"POST",   "/users/me/tokens",                kFreshUser,    kRefuse, kHandler, add_api_token,        "Make an API token"},
        {"DELETE", "/users/me/tokens/{jti}",          kFreshUser,    kRefuse, kHandler, revoke_api_token,     "Revoke an API token"},
        {"GET",    "/users/me/sessions",              kFreshUser,    kRefuse, kHandler, list_own_sessions,    "The own log-ins that have not ended"},
        {"DELETE", "/users/me/sessions/{session}",    kFreshUser,    kRefuse, kHandler, end_own_session,      "End one of the own log-ins"},
        {"POST",   "/users/me/logout",                kUser,         kAllow,  kHandler, log_out,              "Log out: end the log-in that the token came from"},
        {"GET",    "/users",                          kFreshAdmin,   kRefuse, kHandler, list_users,           "All accounts"},
        {"POST",   "/users",                          kFreshAdmin,   kRefuse, kHandler, add_user,             "Add an account"},
        {"PATCH",  "/users/{uuid}",                   kFreshAdmin,   kRefuse, kHandler, change_user,          "Change role or suspension of an account"},
        {"DELETE", "/users/{uuid}",                   kFreshAdmin,   kRefuse, kHandler, remove_user,          "Delete an account"},
        {"GET",    "/users/{uuid}/sessions",          kFreshAdmin,   kRefuse, kHandler, list_sessions,        "The log-ins of an account that have not ended"},
        {"DELETE", "/users/{uuid}/sessions",          kFreshAdmin,   kRefuse, kHandler, end_sessions,         "End all log-ins of an account"},
        {"GET",    "/printers",                       kUser,         kRefuse, kHandler, list_printers,        "All printers"},
        {"POST",   "/printers",                       kAdmin,        kRefuse, kHandler, add_printer,          "Add a printer"},
        {"GET",    "/printers/{host}",                kUser,         kRefuse, kHandler, get_printer,          "One printer"},
        {"PATCH",  "/printers/{host}",                kAdmin,        kRefuse, kHandler, change_printer,       "Change a printer"},
        {"DELETE", "/printers/{host}",                kAdmin,        kRefuse, kHandler, remove_printer,       "Remove a printer"},
        {"POST",   "/printers/{host}/connection",     kUser,         kRefuse, kHandler, change_connection,    "Connect or disconnect a printer"},
        {"POST",   "/printers/{host}/current-job",    kUser,         kRefuse, kHandler, command_current_job,  "Start, pause, resume or cancel what a printer prints"},
        {"GET",    "/printers/{host}/snapshot",       kViewer,       kRefuse, kHandler, webcam_snapshot,      "One picture of a printer's webcam"},
        {"GET",    "/proxied-webcam/{host}",          kViewer,       kRefuse, kHandler, proxied_webcam,       "The stream of a printer's webcam"},
        {"GET",    "/events",                         kFollower,     kRefuse, kHandler, follow_events,        "What changes, as it happens"},
        {"GET",    "/gcodes",                         kUser,         kRefuse, kHandler, list_gcodes,          "Stored g-code files"},
        {"POST",   "/gcodes",                         kUser,         kRefuse, kOwn,     upload_gcode,         "Upload a g-code file"},
        {"GET",    "/gcodes/{id}",                    kUser,         kRefuse, kHandler, get_gcode,            "One g-code file"},
        {"GET",    "/gcodes/{id}/data",               kUser,         kRefuse, kHandler, download_gcode,       "Download a g-code file"},
        {"DELETE", "/gcodes/{id}",                    kUser,         kRefuse, kHandler, remove_gcode,         "Delete a g-code file"},
        {"GET",    "/printjobs",                      kUser,         kRefuse, kHandler, list_printjobs,       "Print jobs"},
        {"POST",   "/printjobs",                      kUser,         kRefuse, kOwn,     start_printjob,       "Send a g-code to a printer and start the print"},
        {"GET",    "/printjobs/{id}",                 kUser,         kRefuse, kHandler, get_printjob,         "One print job"},
        {"DELETE", "/printjobs/{id}",                 kUser,         kRefuse, kHandler, remove_printjob,      "Delete the record of a print job"},
        {"GET",    "/settings",                       kUser,         kRefuse, kHandler, list_settings,        "All settings"},
        {"POST",   "/settings",                       kAdmin,        kRefuse, kHandler, change_settings,      "Change settings"},
        {"POST",   "/tasks",                          kAdmin,        kRefuse, kHandler, start_task,           "Start a task in the background"},
        {"GET",    "/audit",                          kFreshAdmin,   kRefuse, kHandler, list_audit,           "Who did what: log-ins, refusals and changes"},
        // What slicers ask of an OctoPrint: into the library, or for one printer.
        {"GET",    "/octoprint-emulator", kAnyone, kAllow, kHandler, emulate_page, "What a slicer shows of this address"},
        {"GET",    "/octoprint-emulator/", kAnyone, kAllow, kHandler, emulate_page, "The same, with a slash at the end"},
        {"GET",    "/octoprint-emulator/printers/{host}", kAnyone, kAllow, kHandler, emulate_page, "What a slicer shows of this address, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/", kAnyone, kAllow, kHandler, emulate_page, "The same, with a slash at the end, for one printer"},
        {"GET",    "/octoprint-emulator/api/version", kApiKey, kRefuse, kHandler, emulate_version, "Version of the emulated OctoPrint"},
        {"GET",    "/octoprint-emulator/api/server", kApiKey, kRefuse, kHandler, emulate_server, "The same, as newer slicers ask"},
        {"GET",    "/octoprint-emulator/api/currentuser", kApiKey, kRefuse, kHandler, emulate_current_user, "Whose API key it is"},
        {"POST",   "/octoprint-emulator/api/login", kApiKey, kRefuse, kHandler, emulate_login, "The same, as Cura asks"},
        {"GET",    "/octoprint-emulator/api/settings", kApiKey, kRefuse, kHandler, emulate_settings, "Settings that slicers read"},
        {"GET",    "/octoprint-emulator/api/printerprofiles", kApiKey, kRefuse, kHandler, emulate_printer_profiles, "Printer profiles that slicers read"},
        {"GET",    "/octoprint-emulator/api/printer", kApiKey, kRefuse, kHandler, emulate_printer, "State and temperatures"},
        {"POST",   "/octoprint-emulator/api/printer/command", kApiKey, kRefuse, kHandler, emulate_printer_command, "Refused: single commands are not passed on"},
        {"GET",    "/octoprint-emulator/api/job", kApiKey, kRefuse, kHandler, emulate_job, "What is printed"},
        {"POST",   "/octoprint-emulator/api/job", kApiKey, kRefuse, kHandler, emulate_job_command, "Start, pause, resume or cancel"},
        {"GET",    "/octoprint-emulator/api/connection", kApiKey, kRefuse, kHandler, emulate_connection, "Connection of the printer"},
        {"POST",   "/octoprint-emulator/api/connection", kApiKey, kRefuse, kHandler, emulate_change_connection, "Connect or disconnect the printer"},
        {"GET",    "/octoprint-emulator/api/files", kApiKey, kRefuse, kHandler, emulate_files, "No files are shown to slicers"},
        {"GET",    "/octoprint-emulator/api/files/local", kApiKey, kRefuse, kHandler, emulate_files, "No files are shown to slicers"},
        {"POST",   "/octoprint-emulator/api/files/local", kApiKey, kRefuse, kOwn, emulate_upload, "Upload from a slicer"},
        {"GET",    "/octoprint-emulator/api/files/local/{id}", kApiKey, kRefuse, kHandler, emulate_file, "An uploaded file"},
        {"POST",   "/octoprint-emulator/api/files/local/{id}", kApiKey, kRefuse, kOwn, emulate_select, "Print an uploaded file"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/version", kApiKey, kRefuse, kHandler, emulate_version, "Version of the emulated OctoPrint, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/server", kApiKey, kRefuse, kHandler, emulate_server, "The same, as newer slicers ask, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/currentuser", kApiKey, kRefuse, kHandler, emulate_current_user, "Whose API key it is, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/login", kApiKey, kRefuse, kHandler, emulate_login, "The same, as Cura asks, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/settings", kApiKey, kRefuse, kHandler, emulate_settings, "Settings that slicers read, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/printerprofiles", kApiKey, kRefuse, kHandler, emulate_printer_profiles, "Printer profiles that slicers read, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/printer", kApiKey, kRefuse, kHandler, emulate_printer, "State and temperatures, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/printer/command", kApiKey, kRefuse, kHandler, emulate_printer_command, "Refused: single commands are not passed on, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/job", kApiKey, kRefuse, kHandler, emulate_job, "What is printed, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/job", kApiKey, kRefuse, kHandler, emulate_job_command, "Start, pause, resume or cancel, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/connection", kApiKey, kRefuse, kHandler, emulate_connection, "Connection of the printer, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/connection", kApiKey, kRefuse, kHandler, emulate_change_connection, "Connect or disconnect the printer, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/files", kApiKey, kRefuse, kHandler, emulate_files, "No files are shown to slicers, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/files/local", kApiKey, kRefuse, kHandler, emulate_files, "No files are shown to slicers, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/files/local", kApiKey, kRefuse, kOwn, emulate_upload, "Upload from a slicer, for one printer"},
        {"GET",    "/octoprint-emulator/printers/{host}/api/files/local/{id}", kApiKey, kRefuse, kHandler, emulate_file, "An uploaded file, for one printer"},
        {"POST",   "/octoprint-emulator/printers/{host}/api/files/local/{id}", kApiKey, kRefuse, kOwn, emulate_select, "Print an uploaded file, for one printer"},
    };
    // clang-format on
    return kRoutes;
}

}  // namespace karmen::api
