#!/usr/bin/env bash
# OctoPrint 2.0.0rc3 and 2.0.0rc7 (PyPI), virtual printer: the job command `pause` with action `toggle` pauses, and never resumes.
#
# Expected: "toggle" pauses a running print and resumes a paused one, as the REST API's documentation of the job command says, and as all
#   versions up to 1.11.8 do.
# Seen: the second toggle is answered with 204 like the first, and the print stays Paused. `resume` resumes it.
# Source: https://docs.octoprint.org/en/main/api/job.html#issue-a-job-command
# Why it matters: a client that has one button for both, and many have, can pause a print and then not go on; the 204 tells it that all is
#   well. Read the state and send `pause` or `resume`.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/octoprint.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/octoprint.sh"

for i in $(seq 400); do printf 'G4 P500\nG1 X%d F3000\n' "$i"; done >"$work/long.gcode"

# toggles VERSION: the states after the start, a toggle, another toggle, and (if it still is paused) a resume.
toggles() {
    start_octoprint "$1"
    octoprint POST /api/connection '{"command": "connect", "port": "VIRTUAL"}'
    [[ $(await_state Operational) == Operational ]]
    curl -s -o /dev/null -H "X-Api-Key: $octoprint_key" -F print=true -F "file=@$work/long.gcode" "$octoprint_url/api/files/local"
    states=("$(await_state Printing)")
    octoprint POST /api/job '{"command": "pause", "action": "toggle"}'
    states+=("$(await_state Paused)")
    octoprint POST /api/job '{"command": "pause", "action": "toggle"}'
    sleep 3
    states+=("$(octoprint_state)")
    octoprint POST /api/job '{"command": "pause", "action": "resume"}'
    states+=("$(await_state Printing)")
    echo "OctoPrint $1: start ${states[0]}, toggle ${states[1]}, toggle ${states[2]}, resume ${states[3]}"
}

toggles 1.11.8
[[ ${states[*]} == "Printing Paused Printing Printing" ]]
for version in 2.0.0rc3 2.0.0rc7; do
    toggles "$version"
    [[ ${states[*]} == "Printing Paused Paused Printing" ]]
done
