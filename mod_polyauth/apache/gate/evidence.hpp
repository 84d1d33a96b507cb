// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/gate/request_state.hpp"
#include "apache/httpd.hpp"

// What a decision leaves behind: environment variables and a log line.
namespace polyauth::apache {

// Sets POLYAUTH_MAC, POLYAUTH_DECISION and POLYAUTH_REASON to the decision that
// `judged` holds, and POLYAUTH_PASSWORD_LABEL, whoever else has set them.
void set_environment(request_rec* r, RequestState& judged);

// The same for a request whose environment was set already, if anybody has changed it
// since.
void confirm_environment(request_rec* r, RequestState& judged);

// Outside governed sections: those of the request that this one serves, where an
// application reads them; otherwise none, whoever has set them.
void carry_environment(request_rec* r);

// PA5002, or PA5003 in Audit: one line for each request of a client; what httpd
// looks up by itself (SSI, directory lists, negotiation) is logged at debug.
void log_refusal(request_rec* r, const RequestState& judged);

// PA5001 for a client's request whose last word was a grant. From log_transaction.
void log_grant(request_rec* r);

// PA5004: Require polyauth does not admit.
void log_vote(request_rec* r, const RequestState& judged);

// A client's text for a line of the log, between double quotes, cut short. httpd escapes
// control characters and '\\' when it writes the line; this leaves no quote in it.
[[nodiscard]] const char* quotable(request_rec* r, const char* text);

} // namespace polyauth::apache
