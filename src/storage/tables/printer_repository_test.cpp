#include "storage/tables/printer_repository.hpp"

#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

class PrinterRepositoryTest : public testing::TestWithParam<DatabaseKind> {
  protected:
    static Printer sample(const std::string& host, const std::string& name) {
        Printer printer{.host = host, .name = name, .hostname = "octopi.local", .protocol = Protocol::kHttps};
        printer.tls_fingerprint = std::string(64, 'a');
        printer.client.version = {"0.1", "1.8.6", "OctoPrint 1.8.6"};
        printer.client.connected = true;
        printer.client.access_level = AccessLevel::kUnlocked;
        printer.client.api_key = "0123456789";
        printer.props = PrinterProps{{"bed_type", std::string("glass")}};
        return printer;
    }

    TestDatabase database_{GetParam()};
    PrinterRepository printers_{*database_};
};
INSTANTIATE_TEST_SUITE_P(, PrinterRepositoryTest, kDatabaseKinds, database_kind_name);

TEST_P(PrinterRepositoryTest, KeepsPrintersByNameThenHost) {
    const Printer b = sample("10.0.0.1:8080", "B");
    const Printer a2 = sample("10.0.0.3", "A");
    const Printer a1 = sample("10.0.0.2", "A");
    const Printer bare{.host = "10.0.0.9", .name = "Z"};
    for (const Printer& printer : {b, a2, a1, bare}) printers_.insert(printer);
    EXPECT_THAT(printers_.all(), testing::ElementsAre(a1, a2, b, bare));
    EXPECT_EQ(printers_.find(b.host), b);
    EXPECT_EQ(printers_.find("10.0.0.1"), std::nullopt);
    EXPECT_EQ(printers_.find(a2.id), a2);
    EXPECT_EQ(printers_.find(Uuid::random()), std::nullopt);
}

TEST_P(PrinterRepositoryTest, ListsWhatMatchesAndNeverByAKey) {
    const Printer a = sample("10.0.0.1:8080", "Anna");
    const Printer b{.host = "10.0.0.2", .name = "Bert"};
    for (const Printer& printer : {b, a}) printers_.insert(printer);
    const auto matching = [this](const char* column, const char* pattern) {
        return printers_.list({.order_by = ListQuery::Order{"name"}, .filter = ListQuery::Filter{column, pattern}})
            .rows;
    };
    EXPECT_THAT(matching("name", "^ann"), testing::ElementsAre(a));
    EXPECT_THAT(matching("host", "8080"), testing::ElementsAre(a));
    EXPECT_THAT(matching("hostname", "octopi"), testing::ElementsAre(a));
    EXPECT_THAT(matching("protocol", "https"), testing::ElementsAre(a));
    EXPECT_THAT(matching("printer_props", "glass"), testing::ElementsAre(a));
    EXPECT_THAT(matching("client", "octoprint"), testing::ElementsAre(a, b));
    for (const char* secret : {"client_props", "api_key"}) {
        EXPECT_THAT(matching(secret, "no such key"), testing::ElementsAre(a, b)) << "an unknown column is ignored";
        EXPECT_THROW(printers_.list({.order_by = ListQuery::Order{secret}}), Error);
    }
}

TEST_P(PrinterRepositoryTest, RefusesAKnownHost) {
    printers_.insert(sample("10.0.0.1", "A"));
    try {
        printers_.insert(sample("10.0.0.1", "B"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kConflict);
    }
    EXPECT_EQ(printers_.find("10.0.0.1")->name, "A");
}

TEST_P(PrinterRepositoryTest, ChangesAndRemovesOnePrinter) {
    const Printer other = sample("10.0.0.2", "other");
    const Printer first = sample("10.0.0.1", "A");
    printers_.insert(first);
    printers_.insert(other);
    const Printer changed{.id = first.id, .host = "10.0.0.1", .name = "B"};
    const auto change = [&](Printer& printer) { printer = changed; };
    EXPECT_EQ(printers_.modify("10.0.0.1", change), changed);
    EXPECT_EQ(printers_.find("10.0.0.1"), changed);
    EXPECT_EQ(printers_.find("10.0.0.2"), other);
    EXPECT_TRUE(printers_.remove("10.0.0.1"));
    EXPECT_FALSE(printers_.remove("10.0.0.1"));
    EXPECT_EQ(printers_.modify("10.0.0.1", change), std::nullopt);
    EXPECT_THAT(printers_.all(), testing::ElementsAre(other));
}

TEST_P(PrinterRepositoryTest, ListsOddOldRows) {
    (*database_)
        .lease()
        .execute(
            "INSERT INTO printers (host, name, client, client_props, printer_props, protocol) "
            "VALUES ('10.0.0.1', 'A', 'octoprint', :client, :props, 'ftp')",
            {{"client", R"({"access_level":"uknown","version":"?"})"}, {"props", R"([1])"}});
    // As a program without ids, that runs beside this one, stores it.
    (*database_).lease().execute("INSERT INTO printers (host, name, client) VALUES ('10.0.0.2', 'B', 'octoprint')", {});
    const std::vector<Printer> all = printers_.all();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0], (Printer{.id = all[0].id, .host = "10.0.0.1", .name = "A"}));
    EXPECT_EQ(printers_.find(all[1].id), all[1]);
    EXPECT_NE(all[0].id, all[1].id);
}

}  // namespace
}  // namespace karmen::storage
