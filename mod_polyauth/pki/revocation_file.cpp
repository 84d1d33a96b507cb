// SPDX-License-Identifier: Apache-2.0
#include "pki/revocation_file.hpp"

#include "core/utc_time.hpp"
#include "pki/asn1.hpp"
#include "pki/crl.hpp"
#include "pki/findings.hpp"
#include "pki/pem.hpp"
#include "pki/trust_image.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <map>
#include <set>

namespace polyauth {

namespace {

constexpr std::size_t kMaxCrls = 256;

// A CA of the trust files, by key: one of the certificates that show it.
struct Issuer {
  X509* certificate; // owned by the compiler
  std::string name;
};

// A CRL of the file that is being read.
struct FoundCrl {
  std::size_t line;
  std::string name; // "CRL 2 (CN=Issuing CA 1)"
  std::vector<unsigned char> der;
  Crl crl;
  PackedSerials serials;
  std::vector<IssuerKey> issuers; // one, unless certificates of its CA spell the name differently
};

bool may_sign_crls(X509* certificate) {
  // All bits are set if there is no key usage.
  return (X509_get_key_usage(certificate) & KU_CRL_SIGN) != 0;
}

bool signed_by(X509_CRL* crl, X509* issuer) {
  const bool yes = X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return yes;
}

class RevocationCompiler {
public:
  explicit RevocationCompiler(const CompileContext& context) : now_(context.now) {
    // An image that is damaged is in force nowhere: the next one heals that.
    if (auto view = RevocationView::open(context.in_force, ImageCheck::kWhole))
      in_force_ = std::move(*view);
    for (const std::span<const std::byte> image : context.companions) read_trust(image);
  }

  Compilation compile(std::string_view bytes) {
    if (bytes.size() > kMaxRevocationBytes)
      findings_.error(1, "is larger than the limit: " + std::to_string(bytes.size()) +
                             " of at most " + std::to_string(kMaxRevocationBytes) + " bytes");
    if (!findings_.failed()) read_crls(bytes);
    if (!findings_.failed()) choose();
    if (!findings_.failed()) compare_with_force();
    if (findings_.failed()) {
      Compilation compilation = findings_.give_up();
      // Whatever is wrong: what was to be revoked by this file is not.
      compilation.grave = compilation.errors.front();
      return compilation;
    }
    return put_together();
  }

private:
  void read_trust(std::span<const std::byte> image) {
    auto certificates = open_trust_image(image);
    if (!certificates)
      return findings_.error(1, "a trust file in force cannot be used: " + certificates.error());
    for (X509Ptr& certificate : *certificates) {
      issuers_.try_emplace(
          issuer_key_of(certificate.get()),
          Issuer{certificate.get(), name_text(X509_get_subject_name(certificate.get()))});
      certificates_.push_back(std::move(certificate));
    }
  }

  void read_crls(std::string_view bytes) {
    PemText pem = read_pem(bytes, "X509 CRL", kMaxCrls);
    findings_.take(std::move(pem.errors), pem.error_count);
    for (PemBlock& block : pem.blocks) read(block);
  }

  void read(PemBlock& block) {
    FoundCrl found;
    found.line = block.line;
    found.name = "CRL " + std::to_string(++count_);
    auto x509 = parse_crl(block.der);
    if (!x509) return findings_.error(found.line, found.name + ' ' + x509.error());
    X509_CRL* const crl = x509->get();
    found.name += " (" + name_text(X509_CRL_get_issuer(crl)) + ")";
    auto read = read_crl(crl);
    if (!read) return findings_.error(found.line, found.name + ' ' + read.error());
    if (!find_issuers(crl, found) || !accept_digest(crl, found)) return;
    found.crl = std::move(*read);
    found.serials = PackedSerials::of(found.crl.serials);
    found.crl.serials.clear();
    found.crl.serials.shrink_to_fit();
    found.der = std::move(block.der);
    found_.push_back(std::move(found));
  }

  bool find_issuers(X509_CRL* crl, FoundCrl& found) {
    bool named = false;
    bool allowed = false;
    for (const X509Ptr& certificate : certificates_) {
      if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(certificate.get())) != 0)
        continue;
      named = true;
      if (!may_sign_crls(certificate.get())) continue;
      allowed = true;
      const IssuerKey key = issuer_key_of(certificate.get());
      if (std::find(found.issuers.begin(), found.issuers.end(), key) == found.issuers.end() &&
          signed_by(crl, certificate.get()))
        found.issuers.push_back(key);
    }
    if (!found.issuers.empty()) return true;
    const char* problem = "has a wrong signature: no CA of that name in the trust files made it";
    if (!named)
      problem = "has an issuer that is in none of the trust files; add the CA there, or remove "
                "the CRL";
    else if (!allowed)
      problem = "has an issuer whose key usage does not allow it to sign CRLs";
    findings_.error(found.line, found.name + ' ' + problem);
    return false;
  }

  bool accept_digest(const X509_CRL* crl, const FoundCrl& found) {
    switch (signature_digest(crl)) {
    case NID_md2:
    case NID_md4:
    case NID_md5:
      findings_.error(found.line, found.name + " is signed with MD5 or older, which anybody can "
                                               "forge; SHA-256 or better is needed");
      return false;
    case NID_sha1:
      findings_.warning(found.line, found.name + " is signed with SHA-1, which is weak");
      return true;
    default: return true;
    }
  }

  // The latest CRL of each issuer.
  void choose() {
    for (FoundCrl& found : found_)
      for (const IssuerKey& issuer : found.issuers) {
        const auto [at, first] = latest_.try_emplace(issuer, &found);
        if (!first && supersedes(found, *at->second)) at->second = &found;
      }
  }

  // Whether the second CRL of an issuer in the file is the later one.
  bool supersedes(const FoundCrl& found, const FoundCrl& other) {
    // Not once for each of the keys that they have in common.
    const bool told = !told_.emplace(found.line, other.line).second;
    const CrlOrder order = compare(found.crl.version, other.crl.version);
    if (told) return order == CrlOrder::kLater;
    const std::vector<std::string>& points = found.crl.distribution_points;
    const std::vector<std::string>& other_points = other.crl.distribution_points;
    // One name in common is enough (RFC 5280, 6.3.3 (b)(2)(i)).
    if (!points.empty() && !other_points.empty() &&
        std::find_first_of(points.begin(), points.end(), other_points.begin(),
                           other_points.end()) == points.end()) {
      findings_.error(found.line, found.name +
                                      " is the second of its issuer and covers another "
                                      "distribution point than the one in line " +
                                      std::to_string(other.line) +
                                      ": each may be only a part; a full CRL is needed");
      return false;
    }
    const std::string both = version_text(found.crl.version) + " here or " +
                             version_text(other.crl.version) + " in line " +
                             std::to_string(other.line);
    switch (order) {
    case CrlOrder::kContradictory:
      findings_.error(found.line, found.name +
                                      " is the second of its issuer: cannot tell which "
                                      "is later, " +
                                      both + "; remove one");
      break;
    case CrlOrder::kSame:
      if (found.der == other.der)
        findings_.warning(found.line, found.name + " stands in line " + std::to_string(other.line) +
                                          " already");
      else
        findings_.error(found.line, found.name +
                                        " is the second of its issuer, of the same "
                                        "number and date but not the same: cannot tell "
                                        "which is later, " +
                                        both + "; remove one");
      break;
    case CrlOrder::kEarlier:
    case CrlOrder::kLater:
      findings_.warning(found.line, found.name + " is the second of its issuer, " + both +
                                        ": the later counts");
      break;
    }
    return order == CrlOrder::kLater;
  }

  void compare_with_force() {
    for (const IssuerCrl& old : in_force_.crls()) {
      const auto at = latest_.find(old.issuer);
      if (at == latest_.end()) continue;
      const FoundCrl& found = *at->second;
      const CrlOrder order = compare(found.crl.version, old.version);
      if (order == CrlOrder::kLater || order == CrlOrder::kSame) continue;
      if (!told_.emplace(found.line, 0).second) continue;
      findings_.error(found.line, found.name + ": " + version_text(found.crl.version) +
                                      (order == CrlOrder::kEarlier
                                           ? " is older than " + version_text(old.version)
                                           : " may be older than " + version_text(old.version) +
                                                 ", one cannot tell,") +
                                      " in force; never taken back while the server runs");
    }
  }

  Compilation put_together() {
    std::vector<IssuerCrl> crls;
    for (const auto& [issuer, found] : latest_)
      crls.push_back({issuer, found->crl.version, found->crl.next_update, found->serials.table()});
    for (const IssuerCrl& old : in_force_.crls()) {
      const auto issuer = issuers_.find(old.issuer);
      if (issuer == issuers_.end() || latest_.contains(old.issuer)) continue;
      findings_.warning(1, "there is no CRL of " + issuer->second.name + " any more; " +
                               version_text(old.version) + " in force is kept");
      crls.push_back(old);
    }
    warn(crls);
    // Several issuers may share one table.
    std::set<const std::byte*> tables;
    std::size_t count = 0;
    std::size_t revoked = 0;
    for (const IssuerCrl& crl : crls) {
      if (crl.revoked.count() != 0 && !tables.insert(crl.revoked.rows().data()).second) continue;
      ++count;
      revoked += crl.revoked.count();
    }
    return findings_.finish(build_revocation_image(std::move(crls)),
                            "crls=" + std::to_string(count) +
                                " revoked=" + std::to_string(revoked));
  }

  void warn(std::span<const IssuerCrl> crls) {
    std::set<IssuerKey> covered;
    for (const IssuerCrl& crl : crls) {
      covered.insert(crl.issuer);
      const auto at = latest_.find(crl.issuer);
      const std::size_t line = at == latest_.end() ? 1 : at->second->line;
      const std::string name =
          at == latest_.end() ? "the CRL of " + issuers_.at(crl.issuer).name : at->second->name;
      // Not once for each key of an issuer.
      if (at != latest_.end() && at->second->issuers.front() != crl.issuer) continue;
      if (crl.next_update && *crl.next_update <= now_)
        findings_.warning(line, name + " was due to be replaced on " + utc_text(*crl.next_update) +
                                    "; it still applies");
      if (crl.version.this_update > now_)
        findings_.warning(line, name + " is dated in the future, " +
                                    utc_text(crl.version.this_update) + "; it applies already");
    }
    for (const auto& [key, issuer] : issuers_)
      if (!covered.contains(key))
        findings_.warning(1, "there is no CRL of " + issuer.name +
                                 ", a CA of the trust files; nothing that it signed counts as "
                                 "revoked");
  }

  std::int64_t now_;
  Findings findings_;
  RevocationView in_force_;
  std::vector<X509Ptr> certificates_;
  std::map<IssuerKey, Issuer> issuers_;
  std::size_t count_ = 0;
  std::vector<FoundCrl> found_;
  std::map<IssuerKey, const FoundCrl*> latest_;
  std::set<std::pair<std::size_t, std::size_t>> told_; // lines of pairs that were spoken of
};

Compilation compile_revocations(std::string_view bytes, const CompileContext& context) {
  return RevocationCompiler(context).compile(bytes);
}

bool is_whole_revocation(std::span<const std::byte> image) {
  return static_cast<bool>(RevocationView::open(image, ImageCheck::kWhole));
}

} // namespace

const FileFormat kRevocationFormat = {FileKind::kRevocation, kMaxRevocationBytes,
                                      compile_revocations, is_whole_revocation};

Result<PublishedRevocations>
PublishedRevocations::open_published(std::span<const std::byte> image) {
  auto view = RevocationView::open(image, ImageCheck::kLayout);
  if (!view) return Error{view.error()};
  return PublishedRevocations{std::move(*view)};
}

std::optional<std::size_t>
PublishedRevocations::first_revoked(std::span<const ChainLink> chain) const noexcept {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const IssuerCrl* const crl = view.find(chain[i].issuer);
    if (crl != nullptr && crl->revoked.contains(chain[i].serial)) return i;
  }
  return std::nullopt;
}

std::optional<std::int64_t> PublishedRevocations::earliest_next_update() const noexcept {
  std::optional<std::int64_t> earliest;
  for (const IssuerCrl& crl : view.crls())
    if (crl.next_update && (!earliest || *crl.next_update < *earliest)) earliest = crl.next_update;
  return earliest;
}

} // namespace polyauth
