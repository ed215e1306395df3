# shellcheck shell=bash
# Sourced by the scripts beside this folder: a real OctoPrint with its virtual printer, on loopback, in a temporary folder.
#   start_octoprint VERSION    sets octoprint_url; octoprint_key is an administrator's key
# Needs python3 with venv, and curl. Everything ends and is removed with the script.

work=$(mktemp -d)
octoprint_pid=
octoprint_key=AAAABBBBCCCCDDDDEEEEFFFF00001111

end_octoprint() {
    if [[ -n $octoprint_pid ]]; then
        kill "$octoprint_pid" 2>/dev/null || true
        wait "$octoprint_pid" 2>/dev/null || true
        octoprint_pid=
    fi
}
trap 'end_octoprint; rm -rf "$work"' EXIT

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_octoprint() {
    local version=$1 port
    local venv=$work/venv-$version base=$work/base-$version
    end_octoprint
    if [[ ! -d $venv ]]; then
        python3 -m venv "$venv"
        # Older versions were made for an older setuptools and do not name it.
        "$venv/bin/pip" --quiet --disable-pip-version-check install "OctoPrint==$version" 'setuptools<81'
    fi
    mkdir -p "$base"
    cat >"$base/config.yaml" <<'END'
server: {firstRun: false, onlineCheck: {enabled: false}, pluginBlacklist: {enabled: false}}
plugins:
  virtual_printer: {enabled: true}
  tracking: {enabled: false}
  _disabled: [announcements, softwareupdate, pluginmanager, discovery]
END
    "$venv/bin/octoprint" -b "$base" user add admin --password "made up" --admin >/dev/null 2>&1
    sed -i "s/apikey: null/apikey: $octoprint_key/" "$base/users.yaml"
    port=$(free_port)
    octoprint_url=http://127.0.0.1:$port
    # Started as root, OctoPrint wants to be told that this is meant.
    "$venv/bin/octoprint" -b "$base" serve --host 127.0.0.1 --port "$port" --iknowwhatimdoing >"$base/output" 2>&1 &
    octoprint_pid=$!
    for _ in $(seq 240); do
        if [[ $(curl -s -o /dev/null -w '%{http_code}' -H "X-Api-Key: $octoprint_key" "$octoprint_url/api/version") == 200 ]]; then return; fi
        sleep 0.5
    done
    tail -n 20 "$base/output" >&2
    return 1
}

# octoprint GET|POST PATH [JSON]: prints the body.
octoprint() {
    local arguments=(-s -X "$1" -H "X-Api-Key: $octoprint_key")
    if (($# > 2)); then arguments+=(-H 'Content-Type: application/json' -d "$3"); fi
    curl "${arguments[@]}" "$octoprint_url$2"
}

# The state's text, as /api/job tells it.
octoprint_state() {
    octoprint GET /api/job | python3 -c 'import json, sys; print(json.load(sys.stdin)["state"])'
}

# await_state TEXT: at most 30 s; prints the state that it is in then.
await_state() {
    local state=
    for _ in $(seq 60); do
        state=$(octoprint_state)
        if [[ $state == "$1" ]]; then break; fi
        sleep 0.5
    done
    echo "$state"
}
