#include "printers/host_limits.hpp"

namespace karmen::printers {

HostLimits::Visit::Visit(HostLimits& limits, const std::string& host)
    : lanes_(limits.lanes_), lane_(lanes_.try_emplace(host, limits.loop_, limits.requests_max_).first) {
    ++lane_->second.visits;
}

HostLimits::Visit::~Visit() {
    if (is_uploading_) lane_->second.is_uploading = false;
    if (--lane_->second.visits == 0) lanes_.erase(lane_);
}

bool HostLimits::Visit::try_begin_upload() {
    if (lane_->second.is_uploading) return false;
    is_uploading_ = lane_->second.is_uploading = true;
    return true;
}

}  // namespace karmen::printers
