#!/bin/sh
# Pins every requirement with the hashes of all its files, for every Python from 3.11 on, without an address.
set -eu
cd "$(dirname "$0")"
lock() {
    ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" "$@"
}
# The largest set first: the others take its versions, so that all of them fit into one environment.
lock dev.in -o dev.txt
lock tools.in -c dev.txt -o tools.txt
lock ../layers/nightshift/requirements.in -c dev.txt -o ../layers/nightshift/requirements.txt
lock ../layers/charts/requirements.in -c dev.txt -o ../layers/charts/requirements.txt
lock ../layers/batch_api/requirements.in -c dev.txt -o ../layers/batch_api/requirements.txt
lock sam.in -o sam.txt
lock emulator.in -o emulator.txt
lock checkov.in -o checkov.txt
