"""Reads the summary of llvm-cov on standard input, prints a row per module: coverage_table.py SRC [MODULE…]"""

import collections
import json
import pathlib
import sys


def main() -> None:
    src = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:]
    lines = collections.defaultdict(lambda: [0, 0])
    for file in json.load(sys.stdin)["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        if not path.is_relative_to(src):
            continue
        module = lines[path.relative_to(src).parts[0]]
        module[0] += file["summary"]["lines"]["covered"]
        module[1] += file["summary"]["lines"]["count"]

    print(f"{'module':<12}{'lines':>8}{'covered':>9}{'':>3}%")
    rows = sorted((name, *counts) for name, counts in lines.items() if name in wanted)
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    for name, covered, count in rows:
        print(f"{name:<12}{count:>8}{covered:>9}{100 * covered / max(count, 1):>7.1f}")


main()
