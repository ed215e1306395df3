#!/usr/bin/env bash
# SOCI 4.0.3 (Debian 12: 4.0.3-1) with SQLite: a column declared INTEGER is read into a soci::row as a 32-bit number.
#
# Expected: SQLite's INTEGER holds 64 bits, so a row gives the value that was stored, or refuses to give it.
# Seen: 5,000,000,000 stored through a `long long` comes back as 705032704 from row.get<int>(), without an error;
#   row.get<long long>() throws std::bad_cast, because the column is called dt_integer. count(*) and sum() have no declared type
#   and are dt_string. Only soci::into(long long&), with the type known when the program is compiled, reads the number.
# Source: SQLite "Datatypes In SQLite", https://www.sqlite.org/datatype3.html (INTEGER: up to 8 bytes);
#   SOCI "Dynamic binding to rows", https://soci.sourceforge.net/doc/release/4.0/types/
# Why it matters: sizes of files, times in milliseconds and row ids over 2^31 are changed in silence.
# Needs g++, apt-get, dpkg and SQLite's library.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for package in libsoci-core4.0 libsoci-sqlite3-4.0 libsoci-dev; do
    apt-get download "$package=4.0.3-1" >/dev/null 2>&1
    dpkg-deb --extract "$package"_*.deb root
done
cat >main.cpp <<'END'
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <iostream>
#include <typeinfo>

int main() {
    soci::session sql(soci::sqlite3, ":memory:");
    sql << "CREATE TABLE files (id INTEGER PRIMARY KEY, size INTEGER)";
    const long long size = 5'000'000'000;
    sql << "INSERT INTO files (id, size) VALUES (1, :size)", soci::use(size);

    long long bound = 0;
    sql << "SELECT size FROM files", soci::into(bound);
    std::cout << "into(long long&): " << bound << '\n';

    soci::row row;
    sql << "SELECT size, count(*) FROM files", soci::into(row);
    std::cout << "get<int>: " << row.get<int>(0) << '\n';
    try {
        const auto whole = row.get<long long>(0);
        std::cout << "get<long long>: " << whole << '\n';
    } catch (const std::bad_cast&) {
        std::cout << "get<long long>: bad_cast\n";
    }
    std::cout << "count(*) is a " << (row.get_properties(1).get_data_type() == soci::dt_string ? "text" : "number") << '\n';
}
END
libraries=root/usr/lib/$(gcc -print-multiarch)
g++ -std=c++17 -isystem root/usr/include main.cpp -o main -L"$libraries" -lsoci_core -lsoci_sqlite3
seen=$(LD_LIBRARY_PATH=$libraries ./main)
echo "$seen"
[[ $seen == "into(long long&): 5000000000
get<int>: 705032704
get<long long>: bad_cast
count(*) is a text" ]]
