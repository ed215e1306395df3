#pragma once

#include "base/uuid.hpp"
#include "runtime/awaitable.hpp"

#include <memory>
#include <set>

namespace karmen::fleet {

/// Makes sure that only one process sends a file to a printer at a time. Loop only; outlives its locks.
class PrinterLocks {
  public:
    /// Held until it is destroyed.
    class Lock {
      public:
        Lock() = default;
        virtual ~Lock() = default;
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
    };

    virtual ~PrinterLocks() = default;

    /// Null if the printer is locked. Throws Error(kServiceUnavailable) if that cannot be known.
    virtual Awaitable<std::unique_ptr<Lock>> try_lock(Uuid printer) = 0;
};

/// For a process that is the whole installation.
class LocalPrinterLocks final : public PrinterLocks {
  public:
    Awaitable<std::unique_ptr<Lock>> try_lock(Uuid printer) override;

  private:
    class Held;
    std::set<Uuid> printers_;
};

}  // namespace karmen::fleet
