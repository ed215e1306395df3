#!/usr/bin/env bash
# OctoPrint 1.11.4 (PyPI): an upload whose file name is raw UTF-8 beyond Latin-1 in `filename` is refused with 400 and an empty body.
# 1.11.8 takes it.
#
# Expected: 201, as 1.11.8 answers. curl, slicers and browsers send names so, and RFC 7578, section 5.1.2, allows it.
# Seen: 400, without a word. The same name as `filename*=UTF-8''…`, which RFC 7578 does not allow, beside a plain `filename` is taken by
#   both versions, and is the name of the stored file.
# Source: RFC 7578, sections 4.2 and 5.1.2; OctoPrint's issue 5206.
# Why it matters: who sends files to printers that he does not choose must send a name that every version takes: an ASCII `filename`, and
#   `filename*` with the whole name.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/octoprint.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/octoprint.sh"

# upload DISPOSITION: prints the status.
upload() {
    printf -- '--XYZXYZ\r\nContent-Disposition: form-data; name="file"; %s\r\nContent-Type: application/octet-stream\r\n\r\nG28\n\r\n--XYZXYZ--\r\n' \
        "$1" >"$work/body"
    curl -s -o /dev/null -w '%{http_code}' -H "X-Api-Key: $octoprint_key" -H 'Content-Type: multipart/form-data; boundary=XYZXYZ' \
        --data-binary "@$work/body" "$octoprint_url/api/files/local"
}

seen=()
for version in 1.11.4 1.11.8; do
    start_octoprint "$version"
    raw=$(upload 'filename="část.gcode"')
    both=$(upload "filename=\"_b.gcode\"; filename*=UTF-8''%C4%8D%C3%A1st_b.gcode")
    names=$(octoprint GET /api/files | python3 -c 'import json, sys; print(*sorted(f["display"] for f in json.load(sys.stdin)["files"]))')
    echo "OctoPrint $version: raw UTF-8 $raw, filename and filename* $both; stored: $names"
    seen+=("$raw $both")
done
[[ ${seen[*]} == "400 201 201 201" ]]
