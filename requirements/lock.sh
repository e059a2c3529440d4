#!/bin/sh
# Pins every requirement with the hashes of all its files, for every Python from 3.11 on, without an address.
set -eu
cd "$(dirname "$0")"
lock() {
    ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" "$@"
}
lock ../layers/nightshift/requirements.in -o ../layers/nightshift/requirements.txt
lock tools.in -c ../layers/nightshift/requirements.txt -o tools.txt
lock dev.in -c tools.txt -o dev.txt
lock sam.in -o sam.txt
lock emulator.in -o emulator.txt
