#include "config/load.hpp"

#include "config/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace karmen::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A file "karmen.toml" of that text, and nothing else.
Sources with_file(std::string text) {
    Sources sources;
    sources.flags.config_file = "karmen.toml";
    sources.read_file = [text = std::move(text)](const std::string& path) {
        if (path != "karmen.toml") throw std::runtime_error("cannot be read: No such file or directory");
        return text;
    };
    return sources;
}

std::vector<std::string> problems_of(const Sources& sources) {
    try {
        load(sources);
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

std::vector<std::string> problems_of_file(std::string text) {
    return problems_of(with_file(std::move(text)));
}

TEST(Load, HasDefaultsWithoutAnySource) {
    EXPECT_EQ(load(Sources{}), Config{});
}

TEST(Load, PrefersFlagsToEnvironmentToFile) {
    Sources sources = with_file("data_dir = 'file'\n[http]\nport = 1\naddress = '0.0.0.0'\n");
    EXPECT_EQ(load(sources).http.port, 1);
    sources.environment = {{"KARMEN_HTTP_PORT", "2"}, {"KARMEN_DATA_DIR", "environment"}, {"HOME", "/root"}};
    EXPECT_EQ(load(sources).http.port, 2);
    sources.flags.values = {{"http.port", "3"}};
    const Config config = load(sources);
    EXPECT_EQ(config.http.port, 3);
    EXPECT_EQ(config.data_dir, "environment");
    EXPECT_EQ(config.http.address, "0.0.0.0");
    EXPECT_EQ(config.http.connections_max, Config{}.http.connections_max);
}

TEST(Load, ReadsEveryKindOfValueFromTheFile) {
    const Config config = load(with_file(R"(
data_dir = "/var/lib/karmen"
[http]
json_max_bytes = 4096
upload_max_bytes = "2GiB"
header_timeout = "500ms"
cors_origins = ["https://a.example", "http://b.example:81"]
trusted_proxies = []
[auth]
secret_key = "0123456789abcdef0123456789abcdef"
bcrypt_cost = 4
[log]
level = "warning"
format = "json"
)"));
    EXPECT_EQ(config.data_dir, "/var/lib/karmen");
    EXPECT_EQ(config.http.json_max_bytes, 4096U);
    EXPECT_EQ(config.http.upload_max_bytes, 2 * kGiB);
    EXPECT_EQ(config.http.header_timeout, std::chrono::milliseconds(500));
    EXPECT_THAT(config.http.cors_origins, ElementsAre("https://a.example", "http://b.example:81"));
    EXPECT_EQ(config.auth.secret_key, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(config.auth.bcrypt_cost, 4);
    EXPECT_EQ(config.log.level, LogLevel::kWarning);
    EXPECT_EQ(config.log.format, LogFormat::kJson);
}

TEST(Load, ReadsEveryKindOfValueFromTexts) {
    Sources sources;
    sources.environment = {{"KARMEN_HTTP_PORT", "0"},
                           {"KARMEN_HTTP_UPLOAD_MAX_BYTES", "1048576"},
                           {"KARMEN_AUTH_ACCESS_TOKEN_LIFETIME", "1h"},
                           {"KARMEN_HTTP_CORS_ORIGINS", "https://a.example, https://b.example"},
                           {"KARMEN_HTTP_TRUSTED_PROXIES", ""},
                           {"KARMEN_AUTH_ADMIN_PASSWORD", "12345678"},
                           {"KARMEN_LOG_LEVEL", "debug"}};
    const Config config = load(sources);
    EXPECT_EQ(config.http.port, 0);
    EXPECT_EQ(config.http.upload_max_bytes, kMiB);
    EXPECT_EQ(config.auth.access_token_lifetime, std::chrono::hours(1));
    EXPECT_THAT(config.http.cors_origins, ElementsAre("https://a.example", "https://b.example"));
    EXPECT_THAT(config.http.trusted_proxies, ElementsAre());
    EXPECT_EQ(config.auth.admin_password, "12345678") << "digits are a text where the option is one";
    EXPECT_EQ(config.log.level, LogLevel::kDebug);
}

TEST(Load, NamesLineKeyAndWhatIsAllowed) {
    EXPECT_THAT(problems_of_file("\n[http]\nport = 70000\n"),
                ElementsAre("karmen.toml:3: http.port: 70000 is not allowed; allowed: 0–65535"));
    EXPECT_THAT(problems_of_file("log.level = \"loud\"\n"),
                ElementsAre("karmen.toml:1: log.level: \"loud\" is not allowed; allowed: debug, info, warning, error"));
    EXPECT_THAT(problems_of_file("[printers]\ndeadline = \"2\"\n"),
                ElementsAre("karmen.toml:2: printers.deadline: \"2\" is not allowed; allowed: \"10ms\"–\"1m\""));
    EXPECT_THAT(
        problems_of_file("[http]\njson_max_bytes = \"1TiB\"\n"),
        ElementsAre("karmen.toml:2: http.json_max_bytes: \"1TiB\" is not allowed; allowed: \"1KiB\"–\"64MiB\""));
    EXPECT_THAT(problems_of_file("[http]\ncors_origins = [\"*\", \"here\"]\n"),
                ElementsAre("karmen.toml:2: http.cors_origins: [\"*\", \"here\"] is not allowed; allowed: a list of * "
                            "or origins such as "
                            "https://karmen.example"));
}

TEST(Load, RefusesWrongTypes) {
    const std::pair<const char*, const char*> examples[] = {
        {"http.port = \"8080\"", ": http.port: \"8080\" is not allowed"},
        {"http.port = 80.5", ": http.port: a number with a fraction is not allowed"},
        {"http.port = true", ": http.port: true or false is not allowed"},
        {"http.port.number = 80", ": http.port: a table is not allowed"},
        {"http.header_timeout = 10", ": http.header_timeout: 10 is not allowed"},
        {"http.json_max_bytes = -1", ": http.json_max_bytes: -1 is not allowed"},
        {"http.cors_origins = \"*\"", ": http.cors_origins: \"*\" is not allowed"},
        {"http.cors_origins = [1]", ": http.cors_origins: a list of other things than texts is not allowed"},
        {"data_dir = 1", ": data_dir: 1 is not allowed"},
        {"data_dir = 2020-01-01", ": data_dir: a date or time is not allowed"},
        {"data_dir = [\"a\"]", ": data_dir: [\"a\"] is not allowed"},
        {"http = 8080", ": http: this is a section"},
    };
    for (const auto& [text, problem] : examples)
        EXPECT_THAT(problems_of_file(text), ElementsAre(HasSubstr(problem))) << text;
}

TEST(Load, RefusesUnknownKeysAndSuggestsTheNearest) {
    EXPECT_THAT(problems_of_file("[http]\nprot = 80\n"),
                ElementsAre("karmen.toml:2: http.prot: no such option; did you mean http.port?"));
    EXPECT_THAT(problems_of_file("port = 80\n"),
                ElementsAre("karmen.toml:1: port: no such option; did you mean http.port?"));
    EXPECT_THAT(problems_of_file("[htpp]\n\nport = 80\n"),
                ElementsAre("karmen.toml:3: htpp.port: no such option; did you mean http.port?"));
    EXPECT_THAT(problems_of_file("[coffee]\nsugar = 2\n"), ElementsAre("karmen.toml:2: coffee.sugar: no such option"));
    EXPECT_THAT(problems_of_file("[coffee]\n"), ElementsAre("karmen.toml:1: coffee: no such option"));
    EXPECT_THAT(problems_of_file("[http]\n"), ElementsAre()) << "an empty section says nothing wrong";
}

TEST(Load, NamesTheLineOfASyntaxError) {
    EXPECT_THAT(problems_of_file("[http]\nport = = 1\n"), ElementsAre(HasSubstr("karmen.toml:2: this is not TOML: ")));
    EXPECT_THAT(problems_of_file("[http]\nport = 1\nport = 2\n"),
                ElementsAre(HasSubstr("karmen.toml:3: this is not TOML: ")));
}

TEST(Load, NamesAFileThatCannotBeRead) {
    Sources sources = with_file("");
    sources.flags.config_file = "other.toml";
    EXPECT_THAT(problems_of(sources), ElementsAre("other.toml: cannot be read: No such file or directory"));
}

TEST(Load, TakesTheFileFromTheEnvironmentUnlessAFlagNamesOne) {
    Sources sources = with_file("[http]\nport = 1\n");
    sources.flags.config_file.clear();
    EXPECT_EQ(load(sources).http.port, 8080);
    sources.environment = {{"KARMEN_CONFIG", "karmen.toml"}};
    EXPECT_EQ(load(sources).http.port, 1);
    sources.environment = {{"KARMEN_CONFIG", "other.toml"}};
    sources.flags.config_file = "karmen.toml";
    EXPECT_EQ(load(sources).http.port, 1);
}

TEST(Load, RefusesUnknownVariables) {
    Sources sources;
    sources.environment = {
        {"KARMEN_HTTP_PROT", "80"}, {"KARMEN_PORT", "80"}, {"KARMEN_COFFEE", "1"}, {"KARMENIC", "1"}};
    EXPECT_THAT(problems_of(sources),
                ElementsAre("environment: KARMEN_COFFEE: no such option",
                            "environment: KARMEN_HTTP_PROT: no such option; did you mean KARMEN_HTTP_PORT?",
                            "environment: KARMEN_PORT: no such option; did you mean KARMEN_HTTP_PORT?"));
}

TEST(Load, LeavesVariablesOfServiceLinksAlone) {
    Sources sources;
    sources.environment = {{"KARMEN_PORT", "tcp://10.0.0.1:8080"},
                           {"KARMEN_PORT_8080_TCP_PORT", "8080"},
                           {"KARMEN_SERVICE_HOST", "10.0.0.1"}};
    EXPECT_THAT(problems_of(sources), ElementsAre());
}

TEST(Load, CollectsTheProblemsOfAllSources) {
    Sources sources = with_file("[http]\nport = 70000\naddress = 'here'\n[log]\nlevle = 'info'\n");
    sources.environment = {{"KARMEN_HTTP_PORT", "eighty"}};
    sources.flags.values = {{"http.port", "-1"}};
    EXPECT_THAT(
        problems_of(sources),
        testing::UnorderedElementsAre(HasSubstr("karmen.toml:2: http.port"), HasSubstr("karmen.toml:3: http.address"),
                                      HasSubstr("karmen.toml:5: log.levle"),
                                      "environment: KARMEN_HTTP_PORT: \"eighty\" is not allowed; allowed: 0–65535",
                                      "command line: --http-port: -1 is not allowed; allowed: 0–65535"));
}

TEST(Load, RefusesOptionsThatContradict) {
    EXPECT_THAT(problems_of_file("auth.login_failures_slow = 30"),
                ElementsAre(HasSubstr("must not be more than auth.login_failures_max")));
    EXPECT_THAT(problems_of_file("auth.refresh_token_lifetime = '1m'"), ElementsAre(HasSubstr("must not be longer")));
}

TEST(Load, TakesTheOldVariablesOfPostgresWhereNoUrlIsSet) {
    Sources sources;
    sources.environment = {{"POSTGRES_PASSWORD", "p w&"}, {"POSTGRES_USER", "ann"}, {"POSTGRES_DB", ""}};
    EXPECT_EQ(load(sources).storage.postgres_url, "") << "without a host they are somebody else's";
    sources.environment["POSTGRES_HOST"] = "db.example";
    EXPECT_EQ(load(sources).storage.postgres_url,
              "postgresql://?host=db.example&port=5432&user=ann&dbname=ann&password=p%20w%26");
    sources.environment["POSTGRES_PORT"] = "5433";
    sources.environment["POSTGRES_DB"] = "print";
    sources.environment.erase("POSTGRES_USER");
    sources.environment.erase("POSTGRES_PASSWORD");
    EXPECT_EQ(load(sources).storage.postgres_url, "postgresql://?host=db.example&port=5433&user=karmen&dbname=print");
    sources.environment["KARMEN_STORAGE_POSTGRES_URL"] = "postgres://other/db";
    EXPECT_EQ(load(sources).storage.postgres_url, "postgres://other/db");
}

TEST(Load, NeverShowsAPostgresUrl) {
    Sources sources;
    sources.environment["KARMEN_STORAGE_POSTGRES_URL"] = "mysql://ann:s3cret@db/x";
    EXPECT_THAT(problems_of(sources),
                ElementsAre(AllOf(HasSubstr("KARMEN_STORAGE_POSTGRES_URL"), Not(HasSubstr("s3cret")))));
    sources.environment["KARMEN_STORAGE_POSTGRES_URL"] = "postgres://ann:s3cret@db/x";
    EXPECT_THAT(print_effective(load(sources)), AllOf(HasSubstr("postgres_url is set"), Not(HasSubstr("s3cret"))));
}

TEST(Load, NeverShowsASecret) {
    Sources sources = with_file("[auth]\nsecret_key = 'hunter2'\n");
    sources.environment = {{"KARMEN_AUTH_ADMIN_PASSWORD",
                            "swordfish-"
                            "swordfish-swordfish-swordfish-swordfish-swordfish-swordfish-swordfish"}};
    const auto problems = problems_of(sources);
    EXPECT_THAT(
        problems,
        ElementsAre(
            "karmen.toml:2: auth.secret_key: what is there is not allowed; allowed: empty or at least 32 characters",
            "environment: KARMEN_AUTH_ADMIN_PASSWORD: what is there is not allowed; allowed: empty or 8–72 bytes"));
    Config config;
    config.auth.admin_password = "swordfish";
    EXPECT_THAT(print_effective(config), Not(HasSubstr("swordfish")));
    EXPECT_THAT(print_effective(config), HasSubstr("# admin_password is set, and not shown"));
}

}  // namespace
}  // namespace karmen::config
