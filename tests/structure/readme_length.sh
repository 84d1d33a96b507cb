#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# README.md is read to its end only if it has one in sight: 200 lines at most.
set -eu
readme=${1:-$(dirname "$0")/../../README.md}
[ -s "$readme" ] || { echo "missing: $readme"; exit 1; }
lines=$(wc -l <"$readme")
[ "$lines" -le 200 ] || { echo "$readme has $lines lines; 200 are the most"; exit 1; }
