// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pki/revocation_file.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyauth::test {

constexpr std::int64_t kDay = 86'400;

// A maker of phones, with a trust file of its two CAs and what is in force of its CRLs.
struct Maker {
  Party root = issue(ca("Root"));
  Party issuing = issue(ca("Issuing"), &root);
  Party phone = issue(device("0004F2AABBCC", 1000), &issuing);
  std::vector<std::byte> trust = compile_trust(pem({&root, &issuing})).image;
  std::vector<std::byte> in_force;

  [[nodiscard]] Compilation compile(std::string_view text) const {
    return kRevocationFormat.compile(text, {{trust}, in_force, kNow});
  }
  // Puts a file in force.
  void adopt(std::string_view text) {
    Compilation compilation = compile(text);
    REQUIRE(compilation.error_count == 0);
    in_force = std::move(compilation.image);
  }
  // What is in force for the chain of the phone.
  [[nodiscard]] std::optional<std::size_t> first_revoked() const {
    const auto revocations = PublishedRevocations::open_published(in_force);
    REQUIRE(revocations);
    const auto trusted = PublishedTrust::open_published(trust);
    const auto verdict = trusted->judge(phone.get(), 1, kNow);
    REQUIRE(verdict->trusted);
    return revocations->first_revoked(verdict->chain);
  }
  // CRLs of both CAs that nobody complains of.
  [[nodiscard]] std::string good(std::vector<long> of_issuing,
                                 std::vector<long> of_root = {}) const {
    return crl(issuing, {.revoked = std::move(of_issuing)}) +
           crl(root, {.revoked = std::move(of_root)});
  }
};

inline std::string first_error(const Compilation& compilation) {
  CHECK(compilation.image.empty());
  if (compilation.errors.empty()) return "none";
  REQUIRE(compilation.grave);
  CHECK(compilation.grave->text == compilation.errors[0].text);
  return std::to_string(compilation.errors[0].line) + ": " + compilation.errors[0].text;
}

inline bool has_warning(const Compilation& compilation, std::string_view text) {
  CHECK(compilation.error_count == 0);
  for (const Diagnostic& warning : compilation.warnings)
    if (warning.text.find(text) != std::string::npos) return true;
  for (const Diagnostic& warning : compilation.warnings) UNSCOPED_INFO(warning.text);
  return false;
}

} // namespace polyauth::test
