#pragma once

#include "http/address_set.hpp"
#include "http/server.hpp"

#include <cstdint>
#include <ctime>
#include <string>

namespace karmen::http {

/// What the sessions of a server share. Loop only.
class ServerContext {
  public:
    ServerContext(ServerOptions options_in, Handler handler_in, Pool& files_in, Log& log_in);

    /// The value of the Date header; made anew once a second.
    const std::string& date();

    /// The client's own id if it is harmless, else a new one.
    std::string request_id(const Request& request);

    /// The client's address: `peer`, or what a trusted proxy says.
    std::string remote_address(const Request& request, const std::string& peer) const;
    /// What a trusted proxy says in X-Forwarded-Prefix, without `/` at its end; empty if it is not a plain path.
    std::string prefix(const Request& request, const std::string& peer) const;

    const ServerOptions options;
    const Handler handler;
    Pool& files;
    Log& log;
    bool is_stopping = false;

  private:
    std::time_t date_second_ = -1;
    std::string date_;
    AddressSet trusted_proxies_;
    std::string id_prefix_;  ///< tells this run of the server from others
    std::uint64_t ids_ = 0;
};

}  // namespace karmen::http
