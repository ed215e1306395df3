#!/usr/bin/env bash
# Converts a PostgreSQL database to what this Karmen needs, a database of Karmen 0.0.13 too: `karmen migrate`, for those who
# are used to calling it so.
#   POSTGRES_HOST=… [POSTGRES_PORT=5432] [POSTGRES_DB=karmen] [POSTGRES_USER=karmen] [POSTGRES_PASSWORD=…] [ENV=production]
#       scripts/migrate.sh [--dry-run]
# ENV chooses nothing but the file of options: /etc/karmen/$ENV.toml, where there is one and KARMEN_CONFIG names no other.
# A database that the options name is stronger than POSTGRES_HOST.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [[ -z ${POSTGRES_HOST:-} && -z ${KARMEN_STORAGE_POSTGRES_URL:-} ]]; then
    echo "POSTGRES_HOST is not set: which server holds the database?" >&2
    exit 2
fi
options=/etc/karmen/${ENV:-production}.toml
if [[ -z ${KARMEN_CONFIG:-} && -r $options ]]; then
    export KARMEN_CONFIG=$options
fi

karmen=${KARMEN_BINARY:-}
if [[ -z $karmen ]]; then
    karmen=$(command -v karmen || echo "$root/build/release/karmen")
fi
unset KARMEN_BINARY
exec "$karmen" migrate "$@"
