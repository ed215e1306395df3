#include "fleet/printer_locks.hpp"

#include <utility>

namespace karmen::fleet {

class LocalPrinterLocks::Held final : public Lock {
  public:
    Held(std::set<std::string>& hosts, std::string host) : hosts_(hosts), host_(std::move(host)) {}
    ~Held() override { hosts_.erase(host_); }

  private:
    std::set<std::string>& hosts_;
    std::string host_;
};

Awaitable<std::unique_ptr<PrinterLocks::Lock>> LocalPrinterLocks::try_lock(std::string host) {
    if (!hosts_.insert(host).second) co_return nullptr;
    co_return std::make_unique<Held>(hosts_, std::move(host));
}

}  // namespace karmen::fleet
