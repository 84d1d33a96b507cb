#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# core/ sees the standard library and PCRE2, and neither files nor a clock; io/,
# pki/ and credentials/ see neither httpd nor APR, state/ sees APR but not httpd; nobody
# below apache/ includes it.
set -eu
sources=${1:-$(dirname "$0")/../../mod_polyauth}
failed=0

# no_include FOLDER REGEX WHY: no file of the folder includes what REGEX names.
no_include() {
  for file in "$sources/$1"/*.[ch]pp; do
    [ -f "$file" ] || { echo "no sources in $sources/$1"; exit 1; }
    if grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$file" /dev/null; then
      echo "$1/ must not include $3"
      failed=1
    fi
  done
}

server='httpd|http_|ap_|ap[ru]_|apr|util_|mod_|mpm_|unixd|scoreboard|apache/'
files='fstream|filesystem|iostream|cstdio|stdio|fcntl|unistd|sys/|dirent|pthread|thread|mutex|chrono|ctime|time\.h'
no_include core "$server" "httpd or APR"
no_include core 'openssl/' "OpenSSL"
no_include core "$files" "files, clocks, threads"
no_include core 'io/|pki/|credentials/' "the rooms above it"
no_include io "$server" "httpd or APR"
no_include pki "$server" "httpd or APR"
no_include credentials "$server" "httpd or APR"
no_include credentials 'pki/' "certificates"
no_include state 'httpd|http_|ap_|util_|mod_|mpm_|unixd|scoreboard|apache/' "httpd"
no_include state 'io/|pki/|credentials/' "the rooms beside it"
exit "$failed"
