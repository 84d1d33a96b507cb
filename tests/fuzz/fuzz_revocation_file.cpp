// SPDX-License-Identifier: Apache-2.0
// A CRL file is refused with a reason, which is grave, or its image is whole and
// can be asked. First byte: 'f' has CRLs in force already; anything else has none.
#include "fuzz/lab_pki.hpp"
#include "fuzz/trust_input.hpp"
#include "pki/certificate.hpp"
#include "pki/revocation_file.hpp"
#include "pki/trust_file.hpp"

using namespace polyauth;
using fuzz::require;

namespace {

const std::vector<std::byte>& trust_image() {
  static const std::vector<std::byte> image =
      kTrustFormat
          .compile(std::string(fuzz::kRoot) + std::string(fuzz::kIssuing), {{}, {}, fuzz::kNow})
          .image;
  return image;
}

const std::vector<std::byte>& image_in_force() {
  static const std::vector<std::byte> image =
      kRevocationFormat.compile(fuzz::kCrls, {{trust_image()}, {}, fuzz::kNow}).image;
  return image;
}

const std::vector<ChainLink>& chain() {
  static const std::vector<ChainLink> chain = [] {
    const auto trust = PublishedTrust::open_published(trust_image());
    const auto device = parse_pem_certificate(fuzz::kDevice);
    return trust->judge(device->get(), 1, fuzz::kNow)->chain;
  }();
  return chain;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  CompileContext context{{trust_image()}, {}, fuzz::kNow};
  if (data[0] == 'f') context.in_force = image_in_force();
  const Compilation compilation =
      kRevocationFormat.compile(fuzz::text_of(data, size).substr(1), context);
  fuzz::check_compilation(compilation);
  require(static_cast<bool>(compilation.grave) == (compilation.error_count != 0),
          "a failure is grave");
  if (compilation.error_count != 0) return 0;
  require(kRevocationFormat.is_whole(compilation.image), "what we build is whole");
  const auto revocations = PublishedRevocations::open_published(compilation.image);
  require(static_cast<bool>(revocations), "what is whole passes the lesser check");
  const auto found = revocations->first_revoked(chain());
  require(!found || *found < chain().size(), "what is found is of the chain");
  // The device of the laboratory is on the list in force.
  if (data[0] == 'f') require(found == 0, "what was revoked stays so");
  return 0;
}
