// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

#include <string>
#include <variant>

namespace polyauth::apache {

// Why a request is not answered as asked: an HTTP status and a sentence for its sender.
struct Refusal {
  int status;
  std::string text;
};

inline constexpr std::size_t kMaxBodyBytes = 4096;

// The whole body of a POST, which is short.
std::variant<std::string, Refusal> read_body(request_rec* r);

// The media type of the body in lower case, without parameters; empty if there is none.
[[nodiscard]] std::string media_type(const request_rec* r);

} // namespace polyauth::apache
