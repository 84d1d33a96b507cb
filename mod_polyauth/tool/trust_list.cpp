// SPDX-License-Identifier: Apache-2.0
#include "tool/trust_list.hpp"

#include "io/file.hpp"
#include "pki/openssl.hpp"

#include <openssl/ssl.h>

#include <ctime>

namespace polyauth::tool {

namespace {

std::string place(const std::string& path, const Diagnostic& diagnostic) {
  return path + ':' + std::to_string(diagnostic.line) + ':' + std::to_string(diagnostic.column) +
         ": " + diagnostic.text;
}

// The image of a file; complains itself.
std::optional<std::vector<std::byte>> compile(const FileFormat& format, const std::string& path,
                                              const CompileContext& context, Console& console) {
  const auto contents = read_file(path, format.size_limit);
  if (!contents) {
    console.error(path + ' ' + contents.error());
    return std::nullopt;
  }
  Compilation compilation = format.compile(contents->bytes, context);
  for (const Diagnostic& error : compilation.errors) console.error(place(path, error));
  if (compilation.error_count > compilation.errors.size())
    console.error(
        path + ": and " +
        counted(compilation.error_count - compilation.errors.size(), "more error", "more errors"));
  for (const Diagnostic& warning : compilation.warnings) console.hint(place(path, warning));
  if (compilation.error_count != 0) return std::nullopt;
  return std::move(compilation.image);
}

int server_security_level() {
  const std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context(SSL_CTX_new(TLS_server_method()));
  if (!context) throw std::bad_alloc();
  return SSL_CTX_get_security_level(context.get());
}

} // namespace

std::optional<TrustList> TrustList::load(const std::string& trust_path, const std::string* crl_path,
                                         Console& console) {
  CompileContext context;
  context.now = std::time(nullptr);
  const auto trust_image = compile(kTrustFormat, trust_path, context, console);
  if (!trust_image) return std::nullopt;
  auto trust = PublishedTrust::open_published(*trust_image);
  if (!trust) {
    console.error(trust_path + ": " + trust.error());
    return std::nullopt;
  }
  TrustList list(std::move(*trust));
  if (crl_path == nullptr) return list;
  context.companions.emplace_back(*trust_image);
  auto crl_image = compile(kRevocationFormat, *crl_path, context, console);
  if (!crl_image) return std::nullopt;
  list.crl_image_ = std::move(*crl_image);
  auto revocations = PublishedRevocations::open_published(list.crl_image_);
  if (!revocations) {
    console.error(*crl_path + ": " + revocations.error());
    return std::nullopt;
  }
  list.revocations_ = std::move(*revocations);
  return list;
}

std::shared_ptr<const Verdict> TrustList::judge(X509* leaf) const {
  return trust_.judge(leaf, server_security_level(), std::time(nullptr));
}

std::optional<std::size_t> TrustList::first_revoked(const Verdict& verdict) const noexcept {
  return revocations_ ? revocations_->first_revoked(verdict.chain) : std::nullopt;
}

std::string chain_text(const Verdict& verdict) {
  std::string text;
  for (const ChainLink& link : verdict.chain) {
    if (!text.empty()) text += " <- ";
    text += link.subject;
  }
  return text;
}

} // namespace polyauth::tool
