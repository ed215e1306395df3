#include "crypto/secret.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <stdlib.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace karmen::crypto {
namespace {

class SecretTest : public testing::Test {
  protected:
    SecretTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "karmen-secret-XXXXXX").string();
        dir_ = mkdtemp(pattern.data());
    }
    ~SecretTest() override { std::filesystem::remove_all(dir_); }

    std::filesystem::path file() const { return dir_ / kSecretFileName; }
    void write(const std::string& text, mode_t mode) const {
        std::ofstream(file()) << text;
        ::chmod(file().c_str(), mode);
    }
    std::string refusal(const std::optional<std::string>& configured) const {
        try {
            signing_secret(configured, dir_);
        } catch (const Error& error) {
            return error.message();
        }
        return "";
    }

    std::filesystem::path dir_;
};

TEST_F(SecretTest, IsMadeOnceAndForItsOwnerOnly) {
    const std::string first = signing_secret(std::nullopt, dir_);
    EXPECT_THAT(first, testing::MatchesRegex("[0-9a-f]{64}"));
    struct stat facts{};
    ASSERT_EQ(::stat(file().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0600U);
    EXPECT_EQ(signing_secret(std::nullopt, dir_), first);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), {}), 1) << "a draft was left behind";
}

TEST_F(SecretTest, IsTheSameForAllWhoStartAtOnce) {
    std::vector<std::string> secrets(8);
    {
        std::vector<std::jthread> threads;
        for (std::string& secret : secrets)
            threads.emplace_back([&secret, this] { secret = signing_secret(std::nullopt, dir_); });
    }
    EXPECT_EQ(std::set<std::string>(secrets.begin(), secrets.end()).size(), 1U);
}

TEST_F(SecretTest, PrefersTheConfiguredOneAndMakesNoFile) {
    const std::string configured(32, 's');
    EXPECT_EQ(signing_secret(configured, dir_), configured);
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(SecretTest, RefusesAShortOneAndSaysWhatIsNeededButNotWhatItIs) {
    EXPECT_THAT(refusal("shortandsecret"),
                testing::AllOf(testing::HasSubstr("at least 32"), testing::Not(testing::HasSubstr("shortandsecret"))));
    EXPECT_THAT(refusal(""), testing::HasSubstr("at least 32"));
    write("shortandsecret\n", 0600);
    EXPECT_THAT(refusal(std::nullopt),
                testing::AllOf(testing::HasSubstr("at least 32"), testing::HasSubstr(file().string()),
                               testing::Not(testing::HasSubstr("shortandsecret"))));
}

TEST_F(SecretTest, RefusesAFileThatOthersMayOpen) {
    for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
        write(std::string(64, 'a'), mode);
        EXPECT_THAT(refusal(std::nullopt), testing::HasSubstr("chmod 600"));
    }
    write(std::string(64, 'a'), 0400);
    EXPECT_EQ(signing_secret(std::nullopt, dir_), std::string(64, 'a'));
}

TEST_F(SecretTest, RefusesAFolderInItsPlaceAndAMissingDataFolder) {
    EXPECT_THROW(signing_secret(std::nullopt, dir_ / "missing"), Error);
    std::filesystem::create_directory(file());
    EXPECT_THROW(signing_secret(std::nullopt, dir_), Error);
}

}  // namespace
}  // namespace karmen::crypto
