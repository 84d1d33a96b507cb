// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ids of our log lines, described in conf/MESSAGES.md. An id is never used
// for another meaning; a retired one stays listed there.

// 1: start-up
#define PA1001 "PA1001: " // a file has errors
#define PA1002 "PA1002: " // a file cannot be used at all
#define PA1003 "PA1003: " // SSLVerifyClient optional_no_ca
#define PA1004 "PA1004: " // SSLUserName or FakeBasicAuth
#define PA1005 "PA1005: " // PolyAuth Audit refuses nothing
#define PA1006 "PA1006: " // no SSLEngine
#define PA1007 "PA1007: " // no SSLVerifyClient
#define PA1008 "PA1008: " // SSLVerifyClient only per directory
#define PA1009 "PA1009: " // SSLVerifyDepth below 3
#define PA1010 "PA1010: " // CacheEnable
#define PA1011 "PA1011: " // CheckSpelling
#define PA1012 "PA1012: " // IndexOptions ShowForbidden
#define PA1013 "PA1013: " // Require polyauth can be answered by others
#define PA1014 "PA1014: " // mod_watchdog is missing
#define PA1015 "PA1015: " // lists cannot be published
#define PA1016 "PA1016: " // a setting without PolyAuth On
#define PA1017 "PA1017: " // CRLs without a trust file
#define PA1018 "PA1018: " // expired certificates without ACL and trust file
#define PA1019 "PA1019: " // a section behind a balancer without trust file
#define PA1020 "PA1020: " // PolyAuthTrustedProxy or PolyAuthClientCertHeader alone
#define PA1021 "PA1021: " // AuthBasicProvider polyauth without a file
#define PA1022 "PA1022: " // user names or passwords of devices where there is no device
#define PA1023 "PA1023: " // Satisfy Any where a password is asked for
#define PA1024 "PA1024: " // PolyAuth On that a later section switches off
#define PA1025 "PA1025: " // WebDAV above a governed section
#define PA1031 "PA1031: " // a page that nobody logs in for
#define PA1032 "PA1032: " // a page without TLS
#define PA1033 "PA1033: " // a portal without PolyAuthState
#define PA1034 "PA1034: " // a portal that a certificate logs in to
#define PA1035 "PA1035: " // the common password opens nothing
#define PA1036 "PA1036: " // an onboarding page lacks something
#define PA1037 "PA1037: " // a status page for anybody
#define PA1041 "PA1041: " // PolyAuthState cannot be used
#define PA1042 "PA1042: " // one-time passwords that nothing keeps
#define PA1043 "PA1043: " // one-time passwords outside of the onboarding page
#define PA1044 "PA1044: " // others can write to the folder of PolyAuthState

// 2: live files
#define PA2001 "PA2001: " // a file is in force
#define PA2002 "PA2002: " // a changed file was refused
#define PA2003 "PA2003: " // a changed file was refused, and with it a denial
#define PA2004 "PA2004: " // nothing is in force
#define PA2005 "PA2005: " // what is in force cannot be read by the processes
#define PA2006 "PA2006: " // a remark about a file that is in force
#define PA2007 "PA2007: " // a CRL in force is overdue

// 3: identity
#define PA3001 "PA3001: " // a client certificate header cannot be read

// 4: passwords
#define PA4001 "PA4001: " // a NUL in user name or password
#define PA4002 "PA4002: " // no version of the password file
#define PA4031 "PA4031: " // the portal refused somebody
#define PA4032 "PA4032: " // a one-time password was issued
#define PA4033 "PA4033: " // a one-time password was revoked
#define PA4034 "PA4034: " // a phone was told its regular password
#define PA4035 "PA4035: " // the onboarding page refused a request
#define PA4036 "PA4036: " // the onboarding page has nothing to tell
#define PA4041 "PA4041: " // the first use of a one-time password
#define PA4042 "PA4042: " // a one-time password is refused
#define PA4043 "PA4043: " // PolyAuthState is away
#define PA4044 "PA4044: " // PolyAuthState is back
#define PA4045 "PA4045: " // logins are not noted
#define PA4046 "PA4046: " // a regular password ends a window

// 5: decisions
#define PA5001 "PA5001: " // granted
#define PA5002 "PA5002: " // denied
#define PA5003 "PA5003: " // would-deny
#define PA5004 "PA5004: " // Require polyauth does not admit

// 9: internal
#define PA9001 "PA9001: " // an exception in a request
#define PA9002 "PA9002: " // an exception elsewhere
