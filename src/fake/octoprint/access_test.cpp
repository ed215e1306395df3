#include "fake/octoprint/access.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace karmen::fake {
namespace {

AccessOptions options_for(GuestRights guests) {
    AccessOptions options;
    options.api_key = "Secret";
    options.read_only_key = "Looker";
    options.guests = guests;
    return options;
}

/// The refusal of a request with that key, or "ok".
std::string answer(OctoPrintVersion version, GuestRights guests, std::optional<std::string_view> key, Method method) {
    const auto options = options_for(guests);
    const Need need = method == Method::kGet ? Need::kRead : Need::kControl;
    const auto refusal = refuse(options, version, caller_of(options, key), method, need);
    return refusal ? std::to_string(refusal->status) + " " + refusal->text.substr(0, 15) : "ok";
}

struct Row {
    std::optional<std::string_view> key;
    Method method;
    std::string_view in_1_11;
    std::string_view before;
};

void check(GuestRights guests, std::span<const Row> rows) {
    for (const auto& row : rows) {
        EXPECT_EQ(answer({1, 11, 8}, guests, row.key, row.method), row.in_1_11) << row.key.value_or("(none)");
        for (const OctoPrintVersion version : {OctoPrintVersion{1, 8, 7}, {1, 9, 3}, {1, 10, 3}}) {
            EXPECT_EQ(answer(version, guests, row.key, row.method), row.before)
                << row.key.value_or("(none)") << " " << version.to_string();
        }
    }
}

TEST(OctoPrintAccess, NeedsAKey) {
    const Row rows[] = {
        {std::nullopt, Method::kGet, "403 You don't have ", "403 You don't have "},
        {"", Method::kGet, "403 You don't have ", "403 You don't have "},
        {"wrong", Method::kGet, "403 You don't have ", "403 Invalid API key"},
        {"secret", Method::kGet, "403 You don't have ", "403 Invalid API key"},
        {"Secret", Method::kGet, "ok", "ok"},
        {std::nullopt, Method::kPost, "400 CSRF validation", "403 You don't have "},
        {"wrong", Method::kPost, "400 CSRF validation", "403 Invalid API key"},
        {"Secret", Method::kPost, "ok", "ok"},
    };
    check(GuestRights::kNone, rows);
}

TEST(OctoPrintAccess, LetsAReaderLookOnly) {
    const Row rows[] = {
        {"Looker", Method::kGet, "ok", "ok"},
        {"Looker", Method::kPost, "403 You don't have ", "403 You don't have "},
    };
    check(GuestRights::kNone, rows);
}

TEST(OctoPrintAccess, LetsGuestsLookWhenTheyMay) {
    const Row rows[] = {
        {std::nullopt, Method::kGet, "ok", "ok"},
        {"wrong", Method::kGet, "ok", "403 Invalid API key"},
        {std::nullopt, Method::kPost, "400 CSRF validation", "403 You don't have "},
        {"Secret", Method::kPost, "ok", "ok"},
    };
    check(GuestRights::kRead, rows);
}

TEST(OctoPrintAccess, LetsGuestsDoAllWhenTheyMay) {
    const Row rows[] = {
        {std::nullopt, Method::kGet, "ok", "ok"},
        {std::nullopt, Method::kPost, "ok", "ok"},
        {"wrong", Method::kPost, "ok", "403 Invalid API key"},
    };
    check(GuestRights::kAll, rows);
}

TEST(OctoPrintAccess, HasNoReaderUnlessItIsTold) {
    AccessOptions options;
    EXPECT_EQ(caller_of(options, ""), Caller::kGuest);
}

TEST(OctoPrintVersion, IsThreeNumbers) {
    EXPECT_EQ(OctoPrintVersion::parse("1.10.3"), (OctoPrintVersion{1, 10, 3}));
    for (const auto* text : {"", "1.10", "1.10.3.4", "1.10.x", "-1.0.0", "1..2"}) {
        EXPECT_EQ(OctoPrintVersion::parse(text), std::nullopt) << text;
    }
    EXPECT_LT((OctoPrintVersion{1, 9, 3}), (OctoPrintVersion{1, 10, 0}));
}

}  // namespace
}  // namespace karmen::fake
