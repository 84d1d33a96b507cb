// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

#include <string>

// The one place where a page is sent, with the header fields that all of them have.
namespace polyauth::apache {

struct Answer {
  int status = HTTP_OK;
  const char* content_type = ""; // a literal
  std::string body;
  const char* allow = nullptr; // a literal; of 405
};

inline constexpr const char* kTextType = "text/plain; charset=utf-8";
inline constexpr const char* kHtmlType = "text/html; charset=utf-8";
inline constexpr const char* kJsonType = "application/json";
inline constexpr const char* kNotStored = "private, no-store"; // Cache-Control
inline constexpr const char* kXmlType = "text/xml; charset=utf-8";

// Kept by nobody, framed by nobody, and unable to load or run anything. OK, for a handler.
int send(request_rec* r, const Answer& answer);

} // namespace polyauth::apache
