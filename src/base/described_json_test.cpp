#include "base/described_json.hpp"

#include "base/described_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace karmen {
namespace {

enum class Colour { kRed, kBlue };

struct Part {
    std::int64_t number = 3;
    Colour colour = Colour::kRed;
    bool operator==(const Part&) const = default;
};

struct Whole {
    std::string title;
    std::string note;
    std::string extra;
    std::optional<double> size;
    std::optional<double> weight;
    std::optional<Uuid> owner;
    Timestamp made{};
    std::vector<Part> parts;
    std::map<std::string, Part> by_name;
    unsigned count = 0;
    bool is_good = false;
    bool operator==(const Whole&) const = default;
};

}  // namespace

template <>
struct Words<Colour> {
    static constexpr std::array words{std::pair{Colour::kRed, std::string_view("red")},
                                      std::pair{Colour::kBlue, std::string_view("blue")}};
};
template <>
struct Description<Part> {
    static constexpr std::tuple members{Member{"number", &Part::number}, Member{"colour", &Part::colour}};
};
template <>
struct Description<Whole> {
    static constexpr std::tuple members{
        Member{"title", &Whole::title},
        Member{.name = "note", .pointer = &Whole::note, .if_empty = IfEmpty::kNull},
        Member{.name = "extra", .pointer = &Whole::extra, .if_empty = IfEmpty::kOmit},
        Member{"size", &Whole::size},
        Member{.name = "weight", .pointer = &Whole::weight, .if_empty = IfEmpty::kOmit},
        Member{"owner", &Whole::owner},
        Member{"made", &Whole::made},
        Member{"parts", &Whole::parts},
        Member{"by_name", &Whole::by_name},
        Member{"count", &Whole::count},
        Member{"is_good", &Whole::is_good},
        Computed{"length", [](const Whole& whole) { return whole.title.size(); }},
    };
};

namespace {

std::string written(const Whole& whole) {
    return boost::json::serialize(to_described_json(whole));
}

TEST(Described, WordsGoBothWays) {
    EXPECT_EQ(to_string(Colour::kBlue), "blue");
    EXPECT_EQ(from_word<Colour>("red"), Colour::kRed);
    EXPECT_EQ(from_word<Colour>("Red"), std::nullopt);
}

TEST(DescribedJson, EmptyValuesAreWrittenAsDescribed) {
    EXPECT_EQ(written({}),
              R"({"title":"","note":null,"size":null,"owner":null,"made":"1970-01-01T00:00:00.000000+00:00",)"
              R"("parts":[],"by_name":{},"count":0,"is_good":false,"length":0})");
}

const Whole kFull{.title = "t\"x",
                  .note = "n",
                  .extra = "e",
                  .size = 0.25,
                  .weight = 2,
                  .owner = Uuid::random(),
                  .made = Timestamp(std::chrono::microseconds(1'795'434'653'000'001)),
                  .parts = {{1, Colour::kBlue}, {}},
                  .by_name = {{"a", {5, Colour::kRed}}, {"", {-5, Colour::kRed}}},
                  .count = 4'000'000'000,
                  .is_good = true};

TEST(DescribedJson, ComesBackAsItWas) {
    const Whole& whole = kFull;
    Whole read;
    EXPECT_TRUE(read_json(boost::json::parse(written(whole)), read));
    EXPECT_EQ(read, whole);
}

void check_text(const Whole& whole) {
    std::string tree;
    write_json_value(tree, json_of(whole));
    std::string text;
    write_json(text, whole);
    EXPECT_EQ(text, tree);
}

TEST(DescribedText, IsTheTextOfTheTree) {
    check_text({});
    check_text(kFull);
    check_text({.size = std::numeric_limits<double>::infinity(), .weight = 21.3});
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    check_text({.title = all, .note = "\\", .extra = "\"", .by_name = {{all, {}}}});
}

TEST(JsonText, EscapesAsBoostDoes) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text{'a', static_cast<char>(byte), 'b'};
        std::string written;
        write_json_text(written, text);
        EXPECT_EQ(written, boost::json::serialize(boost::json::string(text))) << byte;
    }
}

TEST(DescribedJson, WhatIsNotAsPromisedIsNoticedAndTheRestRead) {
    const auto read_beside = [](const std::string& odd) {
        Whole whole{.count = 9};
        EXPECT_FALSE(read_json(boost::json::parse(R"({"title":"t",)" + odd + "}"), whole)) << odd;
        EXPECT_EQ(whole.title, "t");
        return whole;
    };
    for (const char* count : {R"("count":-1)", R"("count":1.5)", R"("count":4294967296)", R"("count":"1")"})
        EXPECT_EQ(read_beside(count).count, 9U) << count;
    EXPECT_EQ(read_beside(R"("size":"1")").size, std::nullopt);
    EXPECT_EQ(read_beside(R"("made":"yesterday")").made, Timestamp{});
    EXPECT_EQ(read_beside(R"("owner":"me")").owner, std::nullopt);
    EXPECT_EQ(read_beside(R"("parts":[5,{"number":"x"},null])").parts, std::vector<Part>{{}});
    EXPECT_EQ(read_beside(R"("parts":{})").parts, std::vector<Part>{});
    EXPECT_EQ(read_beside(R"("by_name":{"a":{"colour":"green"}})").by_name.at("a"), Part{});
    EXPECT_EQ(read_beside(R"("more":1)").count, 9U) << "members that must be there are missing";
    Whole whole;
    for (const char* other : {"null", "[]", "5"}) EXPECT_FALSE(read_json(boost::json::parse(other), whole)) << other;
}

}  // namespace
}  // namespace karmen
