#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every member of DirConfig has a rule in the merge: a forgotten one would silently lose what
# the outer section says. And a directive writes to one by section() alone, which notes that
# the section is not empty: the merge would pass over it otherwise.
set -eu
root=${1:-$(dirname "$0")/../..}
header=$root/mod_polyauth/apache/config.hpp
source=$root/mod_polyauth/apache/config.cpp
failed=0

body=$(awk '/^struct DirConfig \{/ {inside = 1; next} inside && /^\};/ {exit} inside' "$header")
members=$(printf '%s\n' "$body" | awk '/\(|static constexpr/ {exit} {print}' \
  | sed -n 's| *//.*||; s/ = [^;]*;/;/; s/^  .*[ *&>]\([a-z_][a-z_0-9]*\);$/\1/p')
merge=$(awk '/polyauth_merge_dir_config/ {inside = 1} inside' "$source")
[ -n "$members" ] || { echo "no members of DirConfig found in $header"; exit 1; }
[ -n "$merge" ] || { echo "no merge found in $source"; exit 1; }
declared=$(printf '%s\n' "$body" | awk '/\(|static constexpr/ {exit} {print}' | grep -c ';')
counted=$(printf '%s\n' "$members" | wc -l)
[ "$declared" -eq "$counted" ] || { echo "$declared declarations, but members: $members"; exit 1; }

for member in $members; do
  [ "$member" != is_empty ] || continue
  printf '%s\n' "$merge" | grep -q "merged->$member = base\.$member;" \
    || { echo "$member has no rule in the merge"; failed=1; }
done
if grep -rn 'static_cast<DirConfig\*>' "$root/mod_polyauth/apache" | grep -v '/setter.hpp:'; then
  echo "a directive writes to its section without section() of setter.hpp"
  failed=1
fi
exit "$failed"
