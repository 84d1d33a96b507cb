#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The ids of messages.hpp are those of MESSAGES.md, each with its five fields and
# in ascending order; each is used, in one source file only, and never spelled out.
set -eu
root=${1:-$(dirname "$0")/../..}
header=$root/mod_polyauth/apache/messages.hpp
manual=$root/conf/MESSAGES.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

sed -n 's/^#define \(PA[0-9]*\) .*/\1/p' "$header" >"$work/defined"
sed -n 's/^## \(PA[0-9]*\): .*/\1/p' "$manual" >"$work/documented"
# "## PA1234: retired" keeps an id from being given away again.
sed -n 's/^## \(PA[0-9]*\): retired.*/\1/p' "$manual" >"$work/retired"
[ -s "$work/defined" ] || { echo "no ids found in $header"; exit 1; }
[ -s "$work/documented" ] || { echo "no ids found in $manual"; exit 1; }
grep -vxFf "$work/retired" "$work/documented" >"$work/living" || true
diff -u --label "$header" --label "$manual" "$work/defined" "$work/living" || failed=1
sort -cu "$work/documented" || { echo "$manual: ids are not in ascending order"; failed=1; }

while read -r id; do
  value=$(sed -n "s/^#define $id \"\([^\"]*\)\".*/\1/p" "$header")
  [ "$value" = "$id: " ] || { echo "$header: $id stands for \"$value\""; failed=1; }
  users=$(grep -rE --include='*.[ch]pp' "\b$id\b" "$root/mod_polyauth/apache" \
    | grep -vE '/messages\.hpp:|:[[:space:]]*//' | cut -d: -f1 | sort -u | wc -l)
  [ "$users" -eq 1 ] || { echo "$id is used in $users source files; it should be in one"; failed=1; }
done <"$work/defined"

while read -r id; do
  found=$(awk -v start="## $id: " '
    index($0, start) == 1 {inside = 1; next}
    /^#/ {inside = 0}
    inside && /^(Level|Says|Cause|Outcome|Do): ./ {fields = fields " " $1}
    END {print fields}' "$manual")
  [ "$found" = " Level: Says: Cause: Outcome: Do:" ] \
    || { echo "$manual: the entry of $id has the fields:$found"; failed=1; }
done <"$work/living"

if grep -rnE --include='*.[ch]pp' '"PA[0-9]{4}: ' "$root/mod_polyauth" | grep -v '/messages\.hpp:'; then
  echo "an id is spelled out; use the macro"
  failed=1
fi
exit "$failed"
