#!/usr/bin/env bash
# clang 19 (clang-tidy 19.1.0.1 of PyPI; 19.1.7 of Debian 12 too): #embed cannot fill an array of unsigned char if the first byte is above 127.
#
# Expected: #embed stands for the bytes as integers from 0 to 255, so each file can fill an array of unsigned char. clang 20.1.0 takes both files.
# Seen: in C++ the file that begins with 0x99 is an error ("constant expression evaluates to -103 which cannot be narrowed to type 'unsigned char'").
#   The same bytes in another order are taken, with the right values: only the first one is read as a signed char and checked.
# Source: WG14 N3017 (#embed), whose elements are values of unsigned char; https://clang.llvm.org/docs/LanguageExtensions.html (available in C++).
# Why it matters: a page that is compiled into a program can be embedded as gzip, which begins with 0x1f, and suddenly not as brotli, which may begin
#   with any byte, or as a picture (JPEG begins with 0xff). Arrays of char work.
# Needs python3 with venv.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
printf '\x99\x01' >high_first.bin
printf '\x01\x99' >high_last.bin
for file in high_first high_last; do
    cat >"$file.cpp" <<END
constexpr unsigned char bytes[] = {
#embed "$file.bin"
};
static_assert(bytes[0] + bytes[1] == 0x9a);
END
done

errors() { # of that version of clang in FILE.cpp
    venv/bin/clang-tidy -quiet --checks='-*,misc-unused-parameters' "$1.cpp" -- -std=c++23 -Wno-c23-extensions 2>/dev/null | sed -n 's/.*error: //p' || true
}

venv/bin/pip --quiet --disable-pip-version-check install clang-tidy==19.1.0.1
first=$(errors high_first)
echo "19, 0x99 first: ${first:-no error}"
last=$(errors high_last)
echo "19, 0x99 last: ${last:-no error}"
[[ $first == "constant expression evaluates to -103 which cannot be narrowed to type 'unsigned char' [clang-diagnostic-c++11-narrowing]" ]]
[[ -z $last ]]

venv/bin/pip --quiet --disable-pip-version-check install clang-tidy==20.1.0
first=$(errors high_first)
echo "20, 0x99 first: ${first:-no error}"
[[ -z $first ]]
