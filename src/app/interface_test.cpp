#include "app/interface.hpp"

#include "domain/printer_host.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace karmen::app {
namespace {

namespace json = boost::json;

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

json::object document() {
    return json::parse(describe(all_routes()).text()).as_object();
}

void collect_references(const json::value& value, std::set<std::string>& found) {
    if (const auto* list = value.if_array())
        for (const json::value& item : *list) collect_references(item, found);
    if (const auto* object = value.if_object())
        for (const auto& member : *object) {
            if (member.key() == "$ref") found.emplace(std::string_view(member.value().as_string()));
            collect_references(member.value(), found);
        }
}

TEST(Interface, DescribesEveryRouteOnce) {
    std::size_t operations = 0;
    std::set<std::string> ids;
    const json::object whole = document();
    for (const auto& path : whole.at("paths").as_object())
        for (const auto& operation : path.value().as_object()) {
            ++operations;
            ids.emplace(std::string_view(operation.value().at("operationId").as_string()));
        }
    EXPECT_EQ(operations, all_routes().size());
    EXPECT_EQ(ids.size(), all_routes().size());
}

TEST(Interface, NamesOnlySchemasThatAreThere) {
    const json::value whole = document();
    std::set<std::string> references;
    collect_references(whole, references);
    EXPECT_THAT(references, Not(IsEmpty()));
    for (const std::string& reference : references) {
        boost::system::error_code error;
        EXPECT_NE(whole.find_pointer(reference.substr(1), error), nullptr) << reference;
    }
}

/// Words that stand where other routes have a printer's host, so that a printer of that name could not be reached.
std::set<std::string> words_beside_hosts(const std::vector<std::string>& paths) {
    constexpr std::string_view kHost = "{host}";
    std::set<std::string> words;
    for (const std::string& path : paths) {
        const std::size_t at = path.find(kHost);
        if (at == std::string::npos) continue;
        for (const std::string& other : paths)
            if (other.starts_with(path.substr(0, at)) && other[at] != '{')
                words.insert(other.substr(at, other.find('/', at) - at));
    }
    return words;
}

TEST(Interface, NoPrinterCanHaveTheNameOfARoute) {
    std::vector<std::string> paths;
    for (const api::Route& route : all_routes()) paths.emplace_back(route.path);
    for (const std::string& word : words_beside_hosts(paths))
        EXPECT_THAT(kReservedPrinterHosts, Contains(word)) << "add it to domain/printer_host.hpp";
    EXPECT_THAT(paths, Contains("/printers/{host}/snapshot"));
    EXPECT_THAT(words_beside_hosts({"/a/{host}", "/a/{host}/b", "/a/c", "/a/d/e", "/b/f"}), ElementsAre("c", "d"));
}

TEST(Interface, EverySchemaIsUsed) {
    const json::value whole = document();
    std::set<std::string> references;
    collect_references(whole, references);
    for (const auto& schema : whole.at("components").at("schemas").as_object())
        EXPECT_TRUE(references.contains("#/components/schemas/" + std::string(schema.key()))) << schema.key();
}

TEST(Interface, EveryRowSaysWhatItDoesAndHowItSucceeds) {
    for (const api::Route& route : all_routes()) {
        EXPECT_FALSE(route.summary.empty()) << route.path;
        EXPECT_NE(route.handler, nullptr) << route.path;
        EXPECT_FALSE(route.answers.empty() && route.errors.empty() &&
                     route.access.credential != api::Credential::kApiKey)
            << route.method << ' ' << route.path;
    }
}

}  // namespace
}  // namespace karmen::app
