// SPDX-License-Identifier: Apache-2.0
#include "pki/trust_file.hpp"

#include "core/utc_time.hpp"
#include "pki/asn1.hpp"
#include "pki/findings.hpp"
#include "pki/pem.hpp"
#include "pki/trust_image.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace polyauth {

namespace {

// A CA certificate of the file that is being read.
struct Ca {
  std::size_t line;
  X509Ptr x509;
  std::string name; // "certificate 2 (CN=Issuing CA 1)"
  bool connected = false;
};

bool signed_by(X509* subject, X509* issuer) {
  const bool yes = X509_check_issued(issuer, subject) == X509_V_OK &&
                   X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return yes;
}

// Why a certificate that is no usable CA cannot stand here; empty if it is one.
std::string ca_problem(X509* certificate) {
  constexpr int kCa = 1;
  constexpr int kSelfSignedV1 = 3;
  if (!is_sound(certificate)) return "has an extension or a key that cannot be understood";
  const int kind = X509_check_ca(certificate);
  if (kind == kCa || (kind == kSelfSignedV1 && is_self_signed(certificate))) return {};
  if ((X509_get_extension_flags(certificate) & EXFLAG_CA) != 0)
    return "is a CA whose key usage does not allow it to sign certificates";
  return "is not a CA; only CA certificates belong here, never those of devices";
}

class TrustCompiler {
public:
  explicit TrustCompiler(std::int64_t now) : now_(now) {}

  Compilation compile(std::string_view bytes) {
    if (bytes.size() > kMaxTrustBytes) {
      findings_.error(1, "is larger than the limit: " + std::to_string(bytes.size()) +
                             " of at most " + std::to_string(kMaxTrustBytes) + " bytes");
      return findings_.give_up();
    }
    PemText pem = read_pem(bytes, "CERTIFICATE", kMaxTrustCertificates);
    findings_.take(std::move(pem.errors), pem.error_count);
    for (PemBlock& block : pem.blocks) read(block);
    if (findings_.failed()) return findings_.give_up();
    const std::size_t anchors = connect();
    warn(anchors);
    return findings_.finish(build_trust_image(ders_),
                            "certificates=" + std::to_string(cas_.size()) +
                                " anchors=" + std::to_string(anchors == 0 ? cas_.size() : anchors));
  }

private:
  void read(PemBlock& block) {
    std::string name = "certificate " + std::to_string(++count_);
    bool whole = false;
    X509Ptr x509 = parse_certificate(block.der, &whole);
    if (!x509) return findings_.error(block.line, name + " cannot be parsed");
    name += " (" + name_text(X509_get_subject_name(x509.get())) + ")";
    if (!whole) return findings_.error(block.line, name + " has bytes behind its end");
    if (const std::string problem = ca_problem(x509.get()); !problem.empty())
      return findings_.error(block.line, name + ' ' + problem);
    if (X509_self_signed(x509.get(), 0) == 1 && !is_self_signed(x509.get()))
      return findings_.error(block.line, name + " names itself as its issuer, but did not sign "
                                                "itself; it is damaged or an imposter");
    if (!check_dates(block.line, name, x509.get())) return;
    if (std::find(ders_.begin(), ders_.end(), block.der) != ders_.end()) return;
    ders_.push_back(std::move(block.der));
    cas_.push_back({block.line, std::move(x509), std::move(name)});
  }

  bool check_dates(std::size_t line, const std::string& name, const X509* x509) {
    const auto from = seconds_of(X509_get0_notBefore(x509));
    const auto until = seconds_of(X509_get0_notAfter(x509));
    if (!from || !until) {
      findings_.error(line, name + " has a date that cannot be read");
      return false;
    }
    // OpenSSL counts the last second as over.
    if (*until <= now_) {
      findings_.error(line, name + " expired on " + utc_text(*until) + "; remove or replace it");
      return false;
    }
    if (*from > now_)
      findings_.warning(line, name + " is not valid before " + utc_text(*from) +
                                  "; until then it vouches for nobody");
    return true;
  }

  // Marks what a chain of signatures connects to an anchor; the number of anchors.
  std::size_t connect() {
    std::vector<Ca*> reached;
    for (Ca& ca : cas_)
      if ((ca.connected = is_self_signed(ca.x509.get()))) reached.push_back(&ca);
    const std::size_t anchors = reached.size();
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (Ca& ca : cas_)
        if (!ca.connected && signed_by(ca.x509.get(), reached[i]->x509.get())) {
          ca.connected = true;
          reached.push_back(&ca);
        }
    return anchors;
  }

  void warn(std::size_t anchors) {
    if (anchors == 0) return;
    if (anchors == cas_.size())
      findings_.warning(cas_.front().line,
                        "there are only self-signed certificates; the chain is built from this "
                        "file only; add the maker's policy and issuing CAs, or phones are refused");
    for (const Ca& ca : cas_)
      if (!ca.connected)
        findings_.warning(ca.line, ca.name + " vouches for nobody: no chain of this file connects "
                                             "it to a self-signed certificate; add its issuer");
  }

  std::int64_t now_;
  Findings findings_;
  std::size_t count_ = 0;
  std::vector<Ca> cas_;
  std::vector<std::vector<unsigned char>> ders_;
};

Compilation compile_trust(std::string_view bytes, const CompileContext& context) {
  return TrustCompiler(context.now).compile(bytes);
}

bool is_whole_trust(std::span<const std::byte> image) {
  return static_cast<bool>(open_trust_image(image));
}

} // namespace

const FileFormat kTrustFormat = {FileKind::kTrust, kMaxTrustBytes, compile_trust, is_whole_trust};

} // namespace polyauth
