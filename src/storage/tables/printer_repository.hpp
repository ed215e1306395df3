#pragma once

#include "domain/list_query.hpp"
#include "domain/printer.hpp"
#include "storage/database.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace karmen::storage {

/// Table printers. Holds no state of its own. Any thread, blocks; throws what Session throws.
class PrinterRepository {
  public:
    explicit PrinterRepository(Database& database) : database_(database) {}

    /// By name, then host.
    std::vector<Printer> all();
    /// By id unless asked otherwise. Live state, and what is known of the server behind a printer, are no columns.
    Page<Printer> list(const ListQuery& query);
    /// Whether this list may cost as much as all rows. Does not ask the database.
    static bool may_read_all_rows(const ListQuery& query);
    std::optional<Printer> find(std::string_view host);
    std::optional<Printer> find(const Uuid& id);
    /// Throws Error(kConflict) when the host is known.
    void insert(const Printer& printer);
    /// Reads the row, calls `change` with it, and stores everything except the id, all in one transaction, so that no
    /// concurrent change is lost. Returns the changed printer; nullopt if there is no such printer.
    std::optional<Printer> modify(std::string_view host, const std::function<void(Printer&)>& change);
    /// False when there is no such printer.
    bool remove(std::string_view host);

  private:
    Database& database_;
};

}  // namespace karmen::storage
