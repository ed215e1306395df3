#include "config/flags.hpp"

#include "config/options.hpp"
#include "config/process.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::config {
namespace {

/// The program's shape: options may stand before and after the subcommand.
struct Program {
    Program() {
        add_flags(app, flags);
        serve->fallthrough();
    }
    void parse(const std::string& line) { app.parse(line); }

    CLI::App app;
    CLI::App* serve = app.add_subcommand("serve");
    Flags flags;
};

TEST(Flags, ReachOptionsBeforeAndAfterASubcommand) {
    Program program;
    program.parse("--data-dir here serve --http-port=0 --http-cors-origins https://a.example,https://b.example");
    Sources sources;
    sources.flags = program.flags;
    const Config config = load(sources);
    EXPECT_EQ(config.data_dir, "here");
    EXPECT_EQ(config.http.port, 0);
    EXPECT_THAT(config.http.cors_origins, testing::ElementsAre("https://a.example", "https://b.example"));
}

TEST(Flags, ExistForEveryOptionThatIsNotASecret) {
    const Program program;
    for (const Option& option : options())
        EXPECT_EQ(program.app.get_option_no_throw(option.flag()) == nullptr, option.is_secret()) << option.flag();
    EXPECT_THAT(program.app.help(), testing::HasSubstr("--http-port"));
}

TEST(Flags, NameTheConfigFile) {
    Program program;
    program.parse("serve --config karmen.toml");
    EXPECT_EQ(program.flags.config_file, "karmen.toml");
    EXPECT_TRUE(program.flags.values.empty());
}

TEST(Flags, ExplainWhatIsUnknown) {
    const auto explain = [](const std::string& line) {
        Program program;
        EXPECT_THROW(program.parse(line), CLI::ExtrasError) << line;
        return unknown_arguments(program.app);
    };
    using testing::ElementsAre;
    EXPECT_THAT(explain("serve --http-prot 80"),
                ElementsAre("command line: --http-prot: no such option; did you mean --http-port?"));
    EXPECT_THAT(explain("serve --http-prot=80"),
                ElementsAre("command line: --http-prot: no such option; did you mean --http-port?"));
    EXPECT_THAT(explain("serve --port 80"),
                ElementsAre("command line: --port: no such option; did you mean --http-port?"));
    EXPECT_THAT(explain("serve --auth-admin-password=x"),
                ElementsAre("command line: --auth-admin-password: no such option; a secret has no flag, set "
                            "KARMEN_AUTH_ADMIN_PASSWORD"));
    EXPECT_THAT(explain("serve extra"), ElementsAre("command line: extra: not expected here"));
}

TEST(Process, GivesItsVariablesAndFiles) {
    EXPECT_FALSE(process_environment().at("PATH").empty());
    EXPECT_THROW(read_file("/nowhere/karmen.toml"), std::runtime_error);
    EXPECT_THROW(read_file("/"), std::runtime_error);
    EXPECT_THROW(read_file("/dev/zero"), std::runtime_error);
    EXPECT_EQ(read_file("/dev/null"), "");
}

}  // namespace
}  // namespace karmen::config
