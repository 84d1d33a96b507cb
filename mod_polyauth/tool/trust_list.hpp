// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pki/revocation_file.hpp"
#include "pki/trust_file.hpp"
#include "tool/console.hpp"

#include <optional>
#include <string>
#include <vector>

namespace polyauth::tool {

// A trust file, and the CRLs that go with it, read and judged as the server does.
class TrustList {
public:
  // Says itself why there is none, and what the server would warn of. Without
  // `crl_path` nothing is revoked.
  static std::optional<TrustList> load(const std::string& trust_path, const std::string* crl_path,
                                       Console& console);

  // At the security level that OpenSSL gives a server by itself.
  [[nodiscard]] std::shared_ptr<const Verdict> judge(X509* leaf) const;
  [[nodiscard]] bool has_crls() const noexcept { return revocations_.has_value(); }
  // Index of the first revoked certificate of the chain, or nothing.
  [[nodiscard]] std::optional<std::size_t> first_revoked(const Verdict& verdict) const noexcept;

private:
  explicit TrustList(PublishedTrust trust) : trust_(std::move(trust)) {}

  PublishedTrust trust_;
  std::vector<std::byte> crl_image_; // its storage stays when the list is moved
  std::optional<PublishedRevocations> revocations_;
};

// "0004F2AABBCC <- Issuing CA 1 <- Policy CA <- Root CA"
[[nodiscard]] std::string chain_text(const Verdict& verdict);

} // namespace polyauth::tool
