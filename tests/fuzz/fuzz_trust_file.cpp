// SPDX-License-Identifier: Apache-2.0
// A trust file is refused with a reason, or judges a certificate; bytes from
// outside never pass for its image. First byte: 't' a text; 'i' an image; 's' an
// image that is given a right frame, so that the checks behind it are reached; 'f'
// flips bits of a good image.
#include "fuzz/lab_pki.hpp"
#include "fuzz/image_input.hpp"
#include "fuzz/trust_input.hpp"
#include "io/image_frame.hpp"
#include "pki/certificate.hpp"
#include "pki/trust_file.hpp"

using namespace polyauth;
using fuzz::require;

namespace {

Compilation compile(std::string_view text) {
  return kTrustFormat.compile(text, {{}, {}, fuzz::kNow});
}

const std::vector<std::byte>& good_image() {
  static const std::vector<std::byte> image =
      compile(std::string(fuzz::kRoot) + std::string(fuzz::kIssuing)).image;
  return image;
}

void judge(const PublishedTrust& trust) {
  static const X509Ptr device = std::move(*parse_pem_certificate(fuzz::kDevice));
  const auto verdict = trust.judge(device.get(), 1, fuzz::kNow);
  require(verdict->trusted == verdict->problem.empty(), "who is not trusted is told why");
  require(verdict->trusted == (verdict->chain.size() >= 2), "who is trusted has a chain");
  require(verdict->holds_since <= fuzz::kNow && fuzz::kNow <= verdict->holds_until,
          "a verdict holds now");
  require(trust.judge(device.get(), 1, fuzz::kNow) == verdict, "and is remembered");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const char mode = static_cast<char>(data[0]);
  const std::string_view text = fuzz::text_of(data, size).substr(1);
  const auto input = std::as_bytes(std::span(text));
  std::vector<std::byte> image(input.begin(), input.end());
  if (mode == 't') {
    const Compilation compilation = compile(text);
    fuzz::check_compilation(compilation);
    if (compilation.error_count != 0) return 0;
    require(kTrustFormat.is_whole(compilation.image), "what we build is whole");
    image = compilation.image;
  } else if (mode == 's') {
    seal_image(image, "PA-TRUST", 1);
  } else if (mode == 'f') {
    image = fuzz::flipped(good_image(), input);
  }
  const auto trust = PublishedTrust::open_published(image);
  require(static_cast<bool>(trust) == kTrustFormat.is_whole(image), "only what is whole opens");
  if (mode == 'f')
    require(static_cast<bool>(trust) == (image == good_image()), "a changed image is refused");
  if (mode == 't') require(static_cast<bool>(trust), "what we build opens");
  if (!trust)
    require(!trust.error().empty(), "a refusal says why");
  else
    judge(*trust);
  return 0;
}
