#!/bin/sh
# usage: compile.sh 3.13 SITE
# Compiles a layer's modules with the Lambda runtime's own Python, where this machine has one. Without bytecode
# the layer works as well; each cold start then compiles what it imports.
set -eu
version=$1 site=$2

# pyenv's shim is on the PATH even where pyenv has not switched this version on: look beside it.
shim=$(command -v "python$version" || true)
beside=$(dirname "${shim:-/nowhere}")/..
for python in "${NIGHTSHIFT_RUNTIME_PYTHON:-python$version}" "$beside/versions/$version".*/bin/python"$version" \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$version".*/bin/python"$version"; do
    if "$python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
        # Lambda sets every file's time anew: a pyc that is compared with its source would never be used.
        "$python" -m compileall -q --invalidation-mode unchecked-hash -s "$site" -p /opt/python "$site"
        echo "bytecode compiled with $("$python" -V)"
        exit 0
    fi
done
echo "no Python $version on this machine: the layer ships without bytecode, and cold starts take longer"
