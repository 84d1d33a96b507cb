#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The directives of the command table are those of DIRECTIVES.md, each with the
# fixed fields; and the manuals and examples use no other.
set -eu
root=${1:-$(dirname "$0")/../..}
source=$root/mod_polyauth/apache/directives.cpp
manual=$root/conf/DIRECTIVES.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

tr '\n' ' ' <"$source" | grep -oE 'AP_INIT_[A-Z0-9_]+\( *"[A-Za-z]+"' \
  | sed 's/.*"\(.*\)"/\1/' | sort >"$work/registered"
sed -n 's/^### \(PolyAuth[A-Za-z]*\)$/\1/p' "$manual" | sort >"$work/documented"
[ -s "$work/registered" ] || { echo "no directives found in $source"; exit 1; }
[ -s "$work/documented" ] || { echo "no directives found in $manual"; exit 1; }
diff -u --label "$source" --label "$manual" "$work/registered" "$work/documented" || failed=1

while read -r name; do
  found=$(awk -v heading="### $name" '
    $0 == heading {inside = 1; next}
    /^##/ {inside = 0}
    inside && /^\| (Syntax|Default|Context|Since|Read) +\|/ {fields = fields " " $2}
    inside && /^See also:/ {fields = fields " See"}
    END {print fields}' "$manual")
  if [ "$found" != " Syntax Default Context Since Read See" ]; then
    echo "$manual: the block of $name has the fields:$found"
    failed=1
  fi
done <"$work/documented"

# What is spelled like a directive anywhere else must be one.
for file in "$root"/README.md "$root"/CHANGELOG.md "$root"/SECURITY.md "$root"/conf/*.md \
    "$root"/conf/guides/*.md "$root"/conf/polyauth.* "$root"/conf/examples/*; do
  [ -f "$file" ] || { echo "missing: $file"; exit 1; }
  grep -oE '\bPolyAuth[A-Z][A-Za-z]*\b' "$file" | sort -u >"$work/used" || true
  while read -r name; do
    grep -qx "$name" "$work/registered" || { echo "$file: $name is no directive"; failed=1; }
  done <"$work/used"
done
exit "$failed"
