#include "fleet/printer_locks.hpp"

namespace karmen::fleet {

class LocalPrinterLocks::Held final : public Lock {
  public:
    Held(std::set<Uuid>& printers, const Uuid& printer) : printers_(printers), printer_(printer) {}
    ~Held() override { printers_.erase(printer_); }

  private:
    std::set<Uuid>& printers_;
    Uuid printer_;
};

Awaitable<std::unique_ptr<PrinterLocks::Lock>> LocalPrinterLocks::try_lock(Uuid printer) {
    if (!printers_.insert(printer).second) co_return nullptr;
    co_return std::make_unique<Held>(printers_, printer);
}

}  // namespace karmen::fleet
