#pragma once

#include "api/route.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace karmen::api {

/// Why a stream ended, for people.
inline constexpr std::string_view kClientIsGone = "the client left or reads nothing more";
inline constexpr std::string_view kServerStops = "the server stops";

/// Writes into the audit log that a stream begins, and when it is destroyed, how long it lasted and why it ended. Part
/// of the stream, and waits for nothing. Loop only; the audit trail outlives it.
class StreamRecord {
  public:
    /// `stream` begins both actions: `webcam` gives `webcam.begin` and `webcam.end`.
    StreamRecord(identity::AuditTrail& audit, const Call& call, std::string_view stream);
    StreamRecord(StreamRecord&& other) noexcept
        : audit_(std::exchange(other.audit_, nullptr)),
          end_(std::move(other.end_)),
          begun_(other.begun_),
          reason_(other.reason_) {}
    StreamRecord& operator=(StreamRecord&&) = delete;
    ~StreamRecord();

    /// Why it ends; if nobody says it, because the client is gone. The text outlives this.
    void set_reason(std::string_view reason) { reason_ = reason; }

  private:
    identity::AuditTrail* audit_;  ///< null if it was moved from
    AuditEntry end_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::string_view reason_ = kClientIsGone;
};

}  // namespace karmen::api
