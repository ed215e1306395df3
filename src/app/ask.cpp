#include "app/ask.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace karmen::app {

std::string ask_for_secret(const char* question) {
    termios shown{};
    const bool is_terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
        fmt::print(stderr, "{}: ", question);
    }
    std::string secret;
    std::getline(std::cin, secret);
    if (is_terminal) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        fmt::print(stderr, "\n");
    }
    return secret;
}

}  // namespace karmen::app
