#include "config/options.hpp"

#include "config/reference.hpp"
#include "config/toml_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace karmen::config {
namespace {

/// Takes the place of any member in an aggregate's braces.
struct AnyMember {
    template <class T>
    operator T() const;
};

/// How many members an aggregate has: the longest list of braces that it takes.
template <class T, class... Members>
consteval std::size_t member_count() {
    if constexpr (requires { T{Members{}..., AnyMember{}}; })
        return member_count<T, Members..., AnyMember>();
    else
        return sizeof...(Members);
}

const void* address_of(const Option& option, const Config& config) {
    return std::visit(
        [&](const auto& kind) -> const void* {
            if constexpr (requires { kind.field; }) {
                return &kind.field.of(config);
            } else {
                return nullptr;
            }
        },
        option.kind);
}

TEST(Options, HaveARowForEveryMemberOfConfig) {
    constexpr std::size_t kSections = 12;
    static_assert(member_count<Config>() == kSections + 1, "a new section must be counted below");
    constexpr std::size_t kMembers = member_count<Http>() + member_count<Auth>() + member_count<Printers>() +
                                     member_count<Webcam>() + member_count<Events>() + member_count<Files>() +
                                     member_count<Storage>() + member_count<Redis>() + member_count<Tasks>() +
                                     member_count<Audit>() + member_count<Pools>() + member_count<Logging>() + 1;
    EXPECT_EQ(options().size(), kMembers);

    const Config config;
    std::set<const void*> places{&config.log.level, &config.log.format, &config.storage.migrate_at_start,
                                 &config.webcam.access, &config.auth.fresh_admin};
    std::set<std::string_view> keys;
    for (const Option& option : options()) {
        if (const void* place = address_of(option, config)) places.insert(place);
        keys.insert(option.key);
    }
    EXPECT_EQ(places.size(), kMembers) << "two rows share a member";
    EXPECT_EQ(keys.size(), kMembers) << "two rows share a key";
}

TEST(Options, AllowTheirDefaults) {
    const Config defaults;
    Config config;
    for (const Option& option : options())
        EXPECT_THAT(read_toml(std::string(option.key) + " = " + to_toml(option, defaults), "default", config),
                    testing::IsEmpty());
    EXPECT_EQ(config, defaults);
    EXPECT_THAT(contradictions(defaults), testing::IsEmpty());
}

TEST(Options, HaveOneNameInEverySource) {
    const Option& option = *find_option("printers.requests_max_per_printer");
    EXPECT_EQ(option.section(), "printers");
    EXPECT_EQ(option.name(), "requests_max_per_printer");
    EXPECT_EQ(option.environment_variable(), "KARMEN_PRINTERS_REQUESTS_MAX_PER_PRINTER");
    EXPECT_EQ(option.flag(), "--printers-requests-max-per-printer");
    EXPECT_EQ(find_option("data_dir")->flag(), "--data-dir");
    EXPECT_EQ(find_option("data_dir")->section(), "");
    EXPECT_EQ(find_option("http"), nullptr);
}

TEST(Options, AreHeldToBothEndsOfTheirRange) {
    Config config;
    const Option& port = *find_option("http.port");
    for (const char* good : {"0", "65535"}) EXPECT_EQ(assign_text(port, good, config), std::nullopt) << good;
    for (const char* bad : {"-1", "65536", "99999999999999999999", "", "8080 "})
        EXPECT_NE(assign_text(port, bad, config), std::nullopt) << bad;
    EXPECT_EQ(config.http.port, 65535);
    const Option& deadline = *find_option("printers.deadline");
    for (const char* good : {"10ms", "1m", "60s"}) EXPECT_EQ(assign_text(deadline, good, config), std::nullopt) << good;
    for (const char* bad : {"9ms", "60001ms", "2"}) EXPECT_NE(assign_text(deadline, bad, config), std::nullopt) << bad;
    const Option& header = *find_option("http.header_max_bytes");
    for (const char* good : {"1KiB", "1048576"}) EXPECT_EQ(assign_text(header, good, config), std::nullopt) << good;
    for (const char* bad : {"1023", "1048577", "-1"}) EXPECT_NE(assign_text(header, bad, config), std::nullopt) << bad;
}

TEST(Reference, CanBeReadBack) {
    Config config;
    config.http.port = 1;
    config.auth.admin_username = "somebody";
    EXPECT_THAT(read_toml(print_reference(), "reference", config), testing::IsEmpty());
    EXPECT_EQ(config, Config{}) << "every option stands in it, with its default";
}

TEST(Reference, ExplainsAnOption) {
    EXPECT_THAT(print_reference(), testing::HasSubstr(R"(
[log]

# Log lines below this level are left out.
# Allowed: debug, info, warning, error. Also: KARMEN_LOG_LEVEL, --log-level
level = "info"
)"));
    EXPECT_THAT(print_reference(), testing::HasSubstr("Also: KARMEN_AUTH_SECRET_KEY\n")) << "a secret has no flag";
}

TEST(Reference, PrintsEffectiveValuesThatCanBeReadBack) {
    Config config;
    config.data_dir = "odd \"name\"\\\t\n";
    config.http.trusted_proxies = {"10.0.0.0/8", "::1"};
    config.log.level = LogLevel::kError;
    config.printers.deadline = std::chrono::milliseconds(1500);
    Config copy;
    EXPECT_THAT(read_toml(print_effective(config), "effective", copy), testing::IsEmpty());
    EXPECT_EQ(copy, config);
}

}  // namespace
}  // namespace karmen::config
