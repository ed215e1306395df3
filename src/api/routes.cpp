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
        {"GET",    "/",                               kAnyone,       kAllow,  kHandler, get_root,             "Name and version of this server"},
        {"POST",   "/users/me/authenticate",          kAnyone,       kAllow,  kHandler, authenticate,         "Log in: a fresh access token and a refresh token"},
        {"POST",   "/users/me/authenticate-fresh",    kAnyone,       kAllow,  kHandler, authenticate_fresh,   "Prove the password again: a fresh access token"},
        {"POST",   "/users/me/authenticate-refresh",  kRefreshToken, kAllow,  kHandler, authenticate_refresh, "A new access token for a refresh token"},
        {"GET",    "/users/me/probe",                 kUser,         kAllow,  kHandler, probe,                "Whether the token is good and the password must be changed"},
        {"PATCH",  "/users/me",                       kFreshUser,    kAllow,  kHandler, change_own_password,  "Change the own password"},
        {"GET",    "/printers",                       kUser,         kRefuse, kHandler, list_printers,        "All printers"},
        {"POST",   "/printers",                       kFreshAdmin,   kRefuse, kHandler, add_printer,          "Add a printer"},
        {"GET",    "/printers/{host}",                kUser,         kRefuse, kHandler, get_printer,          "One printer"},
        {"PATCH",  "/printers/{host}",                kFreshAdmin,   kRefuse, kHandler, change_printer,       "Change a printer"},
        {"DELETE", "/printers/{host}",                kFreshAdmin,   kRefuse, kHandler, remove_printer,       "Remove a printer"},
        {"GET",    "/gcodes",                         kUser,         kRefuse, kHandler, list_gcodes,          "Stored g-code files"},
        {"POST",   "/gcodes",                         kUser,         kRefuse, kOwn,     upload_gcode,         "Upload a g-code file"},
        {"GET",    "/gcodes/{id}",                    kUser,         kRefuse, kHandler, get_gcode,            "One g-code file"},
        {"GET",    "/gcodes/{id}/data",               kUser,         kRefuse, kHandler, download_gcode,       "Download a g-code file"},
        {"DELETE", "/gcodes/{id}",                    kUser,         kRefuse, kHandler, remove_gcode,         "Delete a g-code file"},
        {"GET",    "/printjobs",                      kUser,         kRefuse, kHandler, list_printjobs,       "Print jobs"},
        {"POST",   "/printjobs",                      kUser,         kRefuse, kOwn,     start_printjob,       "Send a g-code to a printer and start the print"},
        {"GET",    "/printjobs/{id}",                 kUser,         kRefuse, kHandler, get_printjob,         "One print job"},
    };
    // clang-format on
    return kRoutes;
}

}  // namespace karmen::api
