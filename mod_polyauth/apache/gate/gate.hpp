// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/httpd.hpp"
#include "core/rule_book.hpp"

// The gate: asks the rule book wherever httpd can reach a file, and enforces
// what it says.
namespace polyauth::apache {

// Sees to it that state_of(r) holds the decision on the request as it is mapped
// now, by the settings of its section. True if it was made anew, because
// something it depends on has changed since the last one. Nothing thrown leaves
// it: that is Reason::kInternalError.
bool judge(request_rec* r, Handler handler, Scope scope) noexcept;

// Whether what PolyAuth refuses here is only said.
[[nodiscard]] bool is_audited(const request_rec* r) noexcept;

// The device behind this request by questions 1 to 9 and the settings of its section,
// whether that is governed or not: Reason::kDevice, or why it is none. Throws nothing.
[[nodiscard]] Decision identify_device(request_rec* r) noexcept;

// Makes a governed answer private: never kept by a cache, here or downstream.
void keep_private(request_rec* r);

void register_gate_hooks();

// What only PolyAuthExpiredCertificates listed needs: hooks for what ends before the others.
void register_expired_hooks();

} // namespace polyauth::apache
