#pragma once

#include "runtime/event.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace karmen::printers {

/// How much is asked of one printer's server at the same time: its one process also feeds the printer that prints.
/// Keeps nothing of hosts that nobody talks to. Loop only; outlives its visits.
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
    /// Whoever wants to talk to a host holds one as long as it talks or waits for its turn.
    class Visit {
      public:
        Visit(HostLimits& limits, const std::string& host);
        ~Visit();
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;

        Semaphore& requests() { return lane_->second.requests; }
        /// One upload at a time, so that the other requests always find a place. false: there is one already. It ends
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
