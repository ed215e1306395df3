#pragma once

#include "api/route.hpp"

/// One function for each row of the table in routes.cpp; each parses, calls one service, and turns the result into
/// JSON.
namespace karmen::api {

using Answer = Awaitable<http::Response>;

// root.cpp
Answer get_root(const Services& services, Call& call);

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
Answer remove_gcode(const Services& services, Call& call);

// printjobs.cpp
Answer list_printjobs(const Services& services, Call& call);
Answer start_printjob(const Services& services, Call& call);
Answer get_printjob(const Services& services, Call& call);

}  // namespace karmen::api
