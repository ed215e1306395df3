#include "storage/tables/setting_repository.hpp"

#include <string>

namespace karmen::storage {

std::vector<Setting> SettingRepository::all() {
    Session session = database_.lease();
    const Sql sql =
        select({"key", "val"}, "FROM settings ORDER BY " + session.dialect().order_key("key", ColumnKind::kText));
    return session.all(sql, {}, [](Row& row) {
        std::string key = row.text();
        return Setting{std::move(key), row.optional_text()};
    });
}

void SettingRepository::set_all(const std::vector<Setting>& settings) {
    Session session = database_.lease();
    Transaction transaction(session);
    for (const Setting& setting : settings)
        session.execute(
            "INSERT INTO settings (key, val) VALUES (:key, :val) "
            "ON CONFLICT (key) DO UPDATE SET val = excluded.val",
            {{"key", setting.key}, {"val", setting.val}});
    transaction.commit();
}

}  // namespace karmen::storage
