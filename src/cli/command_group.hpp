#pragma once

#include "cli/commands.hpp"

#include <CLI/App.hpp>

#include <memory>

namespace karmen::cli {

/// A subcommand with actions of its own, such as `user add`. The command line of all actions is read into one
/// Arguments; each action uses some of its members. Lives only while the command line is defined.
template <class Arguments>
class CommandGroup {
  public:
    using Action = int (*)(const config::Config&, const Arguments&);

    CommandGroup(CLI::App& program, Run& chosen, const char* name, const char* help)
        : command_(program.add_subcommand(name, help)), chosen_(chosen) {
        command_->require_subcommand(1)->fallthrough();
    }

    CLI::App* add(const char* name, const char* help, Action run) {
        CLI::App* action = command_->add_subcommand(name, help)->fallthrough();
        action->callback([&chosen = chosen_, run, arguments = arguments_] {
            chosen = [run, arguments](const config::Config& config) { return run(config, *arguments); };
        });
        return action;
    }

    Arguments& arguments() { return *arguments_; }

  private:
    CLI::App* command_;
    Run& chosen_;
    std::shared_ptr<Arguments> arguments_ = std::make_shared<Arguments>();
};

}  // namespace karmen::cli
