// SPDX-License-Identifier: Apache-2.0
#include "credentials/device_password.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <array>
#include <numeric>

using namespace polyauth;
using test::mac;

// Computed without this code:
//   printf 'mod_polyauth device password v1\0''0004f2aabbcc' |
//     openssl dgst -sha256 -mac HMAC -macopt hexkey:000102..1e1f -binary |
//     base32 | tr A-Z a-z | cut -c1-20
// and by Python's hmac and base64.
TEST_CASE("the password of a device is the one that the contract derives", "[device-password]") {
  std::array<unsigned char, kDeviceSecretBytes> secret{};
  std::iota(secret.begin(), secret.end(), static_cast<unsigned char>(0));
  CHECK(device_password(secret, mac("0004f2aabbcc")) == "b4n2qi4nftamypel6pzl");
  CHECK(device_password(secret, mac("00:04:F2:AA:BB:CC")) == "b4n2qi4nftamypel6pzl");
  CHECK(device_password(secret, mac("64167f010203")) == "qlsnyfs3qllbx2z7td64");
  secret.fill(0xff);
  CHECK(device_password(secret, mac("0004f2aabbcc")) == "te6iq7fcpkswxywg2hu7");
}
