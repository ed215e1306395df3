#include "api/stream_record.hpp"

#include "api/audit.hpp"

#include <fmt/format.h>

#include <utility>

namespace karmen::api {

StreamRecord::StreamRecord(identity::AuditTrail& audit, const Call& call, std::string_view stream)
    : audit_(&audit), end_(audit_entry(call, fmt::format("{}.begin", stream), audit_target(call), kAuditOk)) {
    audit.begin(end_);
    end_.action = fmt::format("{}.end", stream);
}

StreamRecord::~StreamRecord() {
    if (!audit_) return;
    const auto duration = std::chrono::round<std::chrono::seconds>(std::chrono::steady_clock::now() - begun_);
    end_.target += fmt::format("{}{} s, {}", end_.target.empty() ? "" : ", ", duration.count(), reason_);
    audit_->begin(std::move(end_));
}

}  // namespace karmen::api
