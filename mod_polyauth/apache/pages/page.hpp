// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"

// PolyAuthPage: who answers for a section that is a page. A page is a function of the
// request; it has a row in page.cpp and a word in directives.cpp.
namespace polyauth::apache {

// Each answers the client's own request and nothing else, or refuses; an HTTP status or OK.
int answer_portal(request_rec* r);     // portal.cpp
int answer_onboarding(request_rec* r); // onboarding.cpp
int answer_status(request_rec* r);     // status.cpp

// From post_config: the key of our forms, which a restart keeps. Throws.
void prepare_pages(Globals& globals);

void register_page_hooks();

} // namespace polyauth::apache
