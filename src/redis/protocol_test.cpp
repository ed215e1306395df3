#include "redis/protocol.hpp"

#include <gtest/gtest.h>

namespace karmen::redis {
namespace {

constexpr std::size_t kBytesMax = 1000;

Reply text(std::string value) {
    return Reply(std::move(value));
}

std::vector<Answer> parse(std::initializer_list<std::string_view> pieces) {
    ReplyParser parser(kBytesMax);
    std::vector<Answer> answers;
    for (const std::string_view piece : pieces) {
        parser.feed(piece);
        while (auto answer = parser.next()) answers.push_back(std::move(*answer));
    }
    return answers;
}

TEST(RedisProtocol, EncodesAnyBytes) {
    EXPECT_EQ(encode({"SET", "k", std::string("a\r\n\0b", 5)}),
              std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\n\0b\r\n", 31));
    EXPECT_EQ(encode({"PING", ""}), "*2\r\n$4\r\nPING\r\n$0\r\n\r\n");
}

TEST(RedisProtocol, ReadsEveryKindWhereverTheBytesAreSplit) {
    const std::string_view bytes =
        "+OK\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n*-1\r\n*3\r\n:1\r\n*1\r\n$0\r\n\r\n$-1\r\n*0\r\n";
    const std::vector<Reply> expected{text("OK"),
                                      Reply(-42),
                                      text("a\r\nbc"),
                                      Reply(),
                                      Reply(),
                                      Reply(Reply::Array{Reply(1), Reply(Reply::Array{text("")}), Reply()}),
                                      Reply(Reply::Array{})};
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        const auto answers = parse({bytes.substr(0, split), bytes.substr(split)});
        ASSERT_EQ(answers.size(), expected.size()) << split;
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(std::get<Reply>(answers[i]), expected[i]) << split;
    }
}

TEST(RedisProtocol, AnErrorIsOneWhereverItStands) {
    for (const std::string_view bytes : {"-NOGROUP no such key\r\n", "*2\r\n:1\r\n-NOGROUP no such key\r\n"}) {
        const auto answers = parse({bytes});
        ASSERT_EQ(answers.size(), 1U);
        EXPECT_EQ(std::get<CommandError>(answers[0]).word(), "NOGROUP");
    }
}

TEST(RedisProtocol, RefusesWhatIsNoProtocolAndWhatIsTooLong) {
    EXPECT_THROW(parse({"HTTP/1.1 400 Bad Request\r\n\r\n"}), std::runtime_error);
    const std::string body(kBytesMax, 'x');
    EXPECT_THROW(parse({"$1001\r\n", body, "x"}), std::runtime_error);
    // Many small items are as long as one large one.
    std::string items = "*1000\r\n";
    for (int i = 0; i < 500; ++i) items += ":1\r\n";
    EXPECT_THROW(parse({items}), std::runtime_error);
    // The limit is that of one reply, not of all together.
    const std::string most = "$500\r\n" + std::string(500, 'x') + "\r\n";
    EXPECT_EQ(parse({most, most, most, most + most.substr(0, 400), most.substr(400)}).size(), 5U);
}

TEST(RedisReply, AnotherKindThanExpectedIsAnError) {
    EXPECT_THROW(Reply().integer(), CommandError);
    EXPECT_THROW(Reply(1).text(), CommandError);
    EXPECT_THROW(text("x").array(), CommandError);
    EXPECT_THROW(Reply(Reply::Array{}).at(0), CommandError);
}

}  // namespace
}  // namespace karmen::redis
