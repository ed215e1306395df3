#pragma once

#include "runtime/event.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace karmen::printers {

/// Limits the requests to one printer's server at the same time, because its single process also feeds the running
/// print. Keeps no data of hosts without requests. Loop only; outlives its visits.
class HostLimits {
  public:
    HostLimits(Executor loop, std::size_t requests_max) : loop_(std::move(loop)), requests_max_(requests_max) {}

  private:
    struct Lane {
        Lane(const Executor& loop, std::size_t requests_max) : requests(loop, requests_max) {}
        Semaphore requests;
        std::size_t visits = 0;
        bool is_uploading = false;
    };
    using Lanes = std::map<std::string, Lane, std::less<>>;

  public:
    /// A caller holds one while it talks to a host or waits for its turn.
    class Visit {
      public:
        Visit(HostLimits& limits, const std::string& host);
        ~Visit();
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;

        Semaphore& requests() { return lane_->second.requests; }
        /// Only one upload runs at a time, so that other requests always find a place. False if one is running. It ends
        /// with this visit.
        bool try_begin_upload();

      private:
        Lanes& lanes_;
        Lanes::iterator lane_;
        bool is_uploading_ = false;
    };

    std::size_t hosts() const { return lanes_.size(); }

  private:
    Executor loop_;
    std::size_t requests_max_;
    Lanes lanes_;
};

}  // namespace karmen::printers
