#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the tool and the status page say of a reason is how its row in MESSAGES.md
# begins: what it means, and what to do.
# shellcheck disable=SC2016 # the backticks are those of Markdown
set -eu
root=${1:-$(dirname "$0")/../..}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# slug|meaning|action, from the sources.
sed -n 's/.*case Reason::\(k[A-Za-z]*\): return "\([a-z-]*\)";.*/\1|\2/p' \
  "$root/mod_polyauth/core/decision.cpp" >"$work/slugs"
awk '/case Reason::k/ {sub(/.*Reason::/, ""); sub(/:.*/, ""); name = $0; n = 0; next}
     name != "" && /^ *"/ {
       gsub(/^ *"|",?(};)?$/, "")
       text[++n] = $0
       if (n == 2) {print name "|" text[1] "|" text[2]; name = ""}
     }' "$root/mod_polyauth/core/reason_help.cpp" >"$work/help"
[ -s "$work/help" ] || { echo "no explanations found in reason_help.cpp"; exit 1; }

awk '/^## By reason$/ {inside = 1; next} /^#/ {inside = 0} inside' "$root/conf/MESSAGES.md" \
  | tr -d '`' >"$work/rows"

awk -F'|' -v slugs="$work/slugs" -v rows="$work/rows" '
  BEGIN {
    while ((getline line <slugs) > 0) {split(line, f, "|"); slug[f[1]] = f[2]; ++expected}
    while ((getline line <rows) > 0) {
      n = split(line, f, " *[|] *")
      if (n >= 4) {meaning[f[2]] = f[3]; action[f[2]] = f[4]}
    }
  }
  {
    ++seen
    s = slug[$1]
    if (index(meaning[s], $2) != 1) {print "MESSAGES.md, " s ": does not begin with: " $2; bad = 1}
    if (index(action[s], $3) != 1 && $3 != "") {
      print "MESSAGES.md, " s ": what to do does not begin with: " $3; bad = 1
    }
  }
  END {
    if (seen != expected) {print seen " reasons explained, " expected " there are"; bad = 1}
    exit bad
  }' "$work/help"
