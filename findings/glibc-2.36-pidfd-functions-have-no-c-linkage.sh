#!/usr/bin/env bash
# glibc 2.36 (libc6-dev 2.36-9+deb12u* of Debian 12): <sys/pidfd.h> does not declare its functions as functions of C.
#
# Expected: a C++ program that includes <sys/pidfd.h> and calls pidfd_open() links, as with every other header of glibc (<sys/epoll.h> beside it).
# Seen: the header has no __BEGIN_DECLS, so the name is mangled like a C++ function ("undefined reference to `pidfd_open(int, unsigned int)'").
# Source: the header in the package; <sys/epoll.h> beside it has __BEGIN_DECLS.
# Why it matters: a server that starts programs and waits for them in its event loop wants a descriptor for each; in C++ it needs an extern "C"
#   around this one header, or syscall(SYS_pidfd_open, …).
# Needs apt with Debian 12 as a source, dpkg and g++.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

version=$(apt-cache madison libc6-dev | awk '$3 ~ /^2\.36-9\+deb12u/ { print $3; exit }')
echo "libc6-dev $version"
apt-get --quiet=2 --option APT::Sandbox::User=root download "libc6-dev=$version"
dpkg-deb --extract libc6-dev_*.deb package
headers=$(dirname "$(find package -path '*/sys/pidfd.h')")/..

cat >open.cpp <<'END'
#include <sys/epoll.h>
#include <sys/pidfd.h>
int descriptors(int pid) { return epoll_create1(0) + pidfd_open(pid, 0); }
END
g++ -isystem "$headers" -isystem package/usr/include -c open.cpp
needed=$(nm --undefined-only open.o | awk '{ print $2 }' | grep -E 'epoll|pidfd' | sort | tr '\n' ' ')
echo "needs: $needed"
[[ $needed == "_Z10pidfd_openij epoll_create1 " ]]

{ echo 'extern "C" {'; cat "$headers/sys/pidfd.h"; echo '}'; } >pidfd_of_c.h
sed -i 's,<sys/pidfd.h>,"pidfd_of_c.h",' open.cpp
g++ -isystem "$headers" -isystem package/usr/include -c open.cpp
nm --undefined-only open.o | grep -q ' pidfd_open$'
