#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The slugs of decision.cpp are those of the tables in DIRECTIVES.md and
# MESSAGES.md, in the same order where the table has one row for each.
# shellcheck disable=SC2016 # the backticks are those of Markdown
set -eu
root=${1:-$(dirname "$0")/../..}
source=$root/mod_polyauth/core/decision.cpp
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

sed -n 's/.*case Reason::k[A-Za-z]*: return "\([a-z-]*\)";.*/\1/p' "$source" >"$work/slugs"
[ -s "$work/slugs" ] || { echo "no reasons found in $source"; exit 1; }

# The first column of the table below the heading.
awk '/^## By reason$/ {inside = 1; next} /^#/ {inside = 0} inside' "$root/conf/MESSAGES.md" \
  | sed -n 's/^| `\([a-z-]*\)` |.*/\1/p' >"$work/messages"
[ -s "$work/messages" ] || { echo "no reasons found in MESSAGES.md"; exit 1; }
diff -u --label "$source" --label MESSAGES.md "$work/slugs" "$work/messages" || failed=1

# The last column of the questions, and the grants below them.
awk '/^## The decision$/ {inside = 1; next} /^#/ {inside = 0} inside' "$root/conf/DIRECTIVES.md" \
  >"$work/section"
{
  grep -E '^\| ([0-9]+|-) \|' "$work/section" | sed 's/ |$//; s/.* | //'
  grep '^Reasons of a grant:' "$work/section"
} | grep -oE '`[a-z-]+`' | tr -d '`' | sort -u >"$work/directives"
sort -u "$work/slugs" >"$work/sorted"
diff -u --label "$source" --label DIRECTIVES.md "$work/sorted" "$work/directives" || failed=1
exit "$failed"
