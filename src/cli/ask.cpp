#include "cli/ask.hpp"

#include "base/error.hpp"

#include <fmt/core.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace karmen::cli {

namespace {

constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// A global, because the signal handler gets no argument.
termios terminal_before;

void restore_and_end(int signal) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    // The handler is removed at its first call, so this signal now ends the program as usual.
    ::raise(signal);
}

/// Switches the echo of the terminal off as long as it lives.
class HiddenInput {
  public:
    HiddenInput() {
        struct sigaction action{};
        action.sa_handler = restore_and_end;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        for (std::size_t i = 0; i < kEndingSignals.size(); ++i)
            ::sigaction(kEndingSignals[i], &action, &actions_before_[i]);
        termios hidden = terminal_before;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    ~HiddenInput() {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
        for (std::size_t i = 0; i < kEndingSignals.size(); ++i)
            ::sigaction(kEndingSignals[i], &actions_before_[i], nullptr);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

  private:
    std::array<struct sigaction, kEndingSignals.size()> actions_before_{};
};

std::string read_line() {
    std::string line;
    std::getline(std::cin, line);
    if (line.ends_with('\r')) line.pop_back();  // of a file from Windows
    return line;
}

bool is_asking() {
    return ::tcgetattr(STDIN_FILENO, &terminal_before) == 0;
}

}  // namespace

std::string ask_for_secret(const char* question) {
    if (!is_asking()) return read_line();
    const HiddenInput hidden;
    fmt::print(stderr, "{}: ", question);
    std::string secret = read_line();
    fmt::print(stderr, "\n");
    return secret;
}

std::string ask_for_new_secret(const char* question) {
    std::string secret = ask_for_secret(question);
    if (is_asking() && ask_for_secret("The same again") != secret)
        throw Error(ErrorCode::kInvalidInput, PublicMessage{"the two are not the same; nothing was changed"});
    return secret;
}

}  // namespace karmen::cli
