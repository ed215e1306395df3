#!/usr/bin/env bash
# clang-tidy 23.1.4 (PyPI; 19.1.7 of Debian 12 too): cppcoreguidelines-virtual-class-destructor reports a final class that was declared before.
#
# Expected: a class that is `final` has no derived classes, so that its destructor need not be virtual. The check leaves such classes alone, and a
#   declaration `class Late;` before the definition changes nothing: `final` can stand at the definition only.
# Seen: the same class is reported, at the line of its declaration, once it has one. The fix that is offered puts `virtual` into the final class.
# Source: ISO C++ [class.pre] (class-virt-specifier belongs to the definition);
#   https://clang.llvm.org/extra/clang-tidy/checks/cppcoreguidelines/virtual-class-destructor.html
# Why it matters: headers that hide their implementation declare classes before. If this check is an error, they get findings that the declaration
#   alone causes, and `virtual` in a final class is what clang itself warns of (-Wunnecessary-virtual-specifier).
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install clang-tidy==23.1.4
cat >classes.cpp <<'END'
class Base {
  public:
    virtual void run();

  protected:
    ~Base() = default;
};
class Early final : public Base {
  public:
    ~Early() = default;
};
class Late;
class Late final : public Base {
  public:
    ~Late() = default;
};
END
seen=$(venv/bin/clang-tidy -quiet --checks='-*,cppcoreguidelines-virtual-class-destructor' classes.cpp -- -std=c++20 2>/dev/null | grep warning: | sed 's,.*/,,')
echo "$seen"
[[ $seen == "classes.cpp:12:7: warning: destructor of 'Late' is public and non-virtual [cppcoreguidelines-virtual-class-destructor]" ]]
