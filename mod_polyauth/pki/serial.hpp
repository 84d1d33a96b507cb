// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/asn1.h>

#include <algorithm>
#include <string>

// Serial numbers as bytes that are equal exactly if the numbers are.
namespace polyauth {

// A sign, 0 or 1 for a negative number, and the magnitude, its highest byte
// first and never zero. Zero is the sign alone.
inline std::string serial_of(const ASN1_INTEGER* number) {
  const auto* const data = ASN1_STRING_get0_data(number);
  const auto* const end = data + ASN1_STRING_length(number);
  const auto* const first = std::find_if(data, end, [](unsigned char byte) { return byte != 0; });
  const bool negative = ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER && first != end;
  std::string serial(1, negative ? '\1' : '\0');
  serial.append(first, end);
  return serial;
}

} // namespace polyauth
