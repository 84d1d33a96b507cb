#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# one_exported_symbol.sh MODULE: httpd finds polyauth_module and nothing else. A
# further symbol could bind to another module's, or keep ours from being unloaded.
set -eu
module=${1:?usage: one_exported_symbol.sh MODULE}
[ -f "$module" ] || { echo "no module: $module"; exit 1; }
exported=$(nm -D --defined-only "$module" | awk '{print $NF}' | sed 's/@.*//')
if [ "$exported" != polyauth_module ]; then
  echo "exported, where polyauth_module alone should be:"
  echo "$exported"
  exit 1
fi
