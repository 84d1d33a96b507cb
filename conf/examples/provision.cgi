#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A configuration made on demand. The device is POLYAUTH_MAC, which only the
# module can set; everything else in the request was written by the client.
if [ -z "${POLYAUTH_MAC}" ]; then
  printf 'Status: 500\r\nContent-Type: text/plain\r\n\r\nPolyAuth is not on here\n'
  exit 0
fi
printf 'Content-Type: text/xml\r\n\r\n'
printf '<polycomConfig><reg reg.1.address="%s"/></polycomConfig>\n' "${POLYAUTH_MAC}"
