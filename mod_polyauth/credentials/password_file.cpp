// SPDX-License-Identifier: Apache-2.0
#include "credentials/password_file.hpp"

#include "credentials/bcrypt.hpp"
#include "credentials/verified_pairs.hpp"

#include <openssl/crypto.h>

#include <string>
#include <utility>
#include <vector>

namespace polyauth {

namespace {

// A file stands by itself; the time only says which lines are over.
Compilation compile_passwords(std::string_view bytes, const CompileContext& context) {
  PasswordText text = parse_passwords(bytes);
  Compilation compilation;
  compilation.errors = std::move(text.errors);
  compilation.error_count = text.error_count;
  compilation.grave = std::move(text.end_failed);
  if (compilation.error_count != 0) return compilation;
  compilation.image = build_password_image(text.lines, context.now);
  const auto view = PasswordView::open(compilation.image);
  compilation.summary =
      "users=" + std::to_string(view->users()) + " passwords=" + std::to_string(view->lines());
  return compilation;
}

bool is_whole_passwords(std::span<const std::byte> image) {
  return static_cast<bool>(PasswordView::open(image));
}

// A password with its NUL, gone with the object.
class Phrase {
public:
  explicit Phrase(std::string_view password) : text_(password) {}
  Phrase(const Phrase&) = delete;
  Phrase& operator=(const Phrase&) = delete;
  ~Phrase() { OPENSSL_cleanse(text_.data(), text_.size()); }
  [[nodiscard]] const char* c_str() const noexcept { return text_.c_str(); }

private:
  std::string text_;
};

} // namespace

const FileFormat kPasswordFormat = {FileKind::kPasswords, kMaxPasswordBytes, compile_passwords,
                                    is_whole_passwords};

PublishedPasswords::PublishedPasswords(PasswordView view, std::unique_ptr<VerifiedPairs> verified)
    : view_(view), verified_(std::move(verified)) {}
PublishedPasswords::PublishedPasswords(PublishedPasswords&&) noexcept = default;
PublishedPasswords& PublishedPasswords::operator=(PublishedPasswords&&) noexcept = default;
PublishedPasswords::~PublishedPasswords() = default;

Result<PublishedPasswords> PublishedPasswords::open_published(std::span<const std::byte> image) {
  const auto view = PasswordView::open(image);
  if (!view) return Error{view.error()};
  auto verified = VerifiedPairs::create(kMaxRemembered, kRemembered);
  if (!verified) return Error{verified.error()};
  return PublishedPasswords(*view, std::move(*verified));
}

std::optional<std::string_view> PublishedPasswords::check(std::string_view user,
                                                          std::string_view password,
                                                          std::int64_t now,
                                                          HashCheck has_hash) const {
  if (password.empty() || password.find('\0') != std::string_view::npos) return std::nullopt;
  const VerifiedPairs::Digest pair = verified_->digest_of(user, password);
  if (const auto known = verified_->find(pair, now)) {
    const PasswordView::Line line = view_.line(*known);
    if (line.window.contains(now)) return line.label;
  }
  const auto found = find_line(user, password, now, has_hash);
  if (!found) return std::nullopt;
  verified_->remember(pair, *found, now);
  return view_.line(*found).label;
}

std::optional<std::uint32_t> PublishedPasswords::find_line(std::string_view user,
                                                           std::string_view password,
                                                           std::int64_t now,
                                                           HashCheck has_hash) const {
  const Phrase phrase(password);
  std::vector<std::uint32_t> owed(view_.kinds()); // checks that are still to be made
  for (std::size_t kind = 0; kind < owed.size(); ++kind) owed[kind] = view_.kind(kind).count;
  const PasswordView::Range lines = view_.find(user);
  for (std::uint32_t index = lines.first; index != lines.last; ++index) {
    const PasswordView::Line line = view_.line(index);
    if (!line.window.contains(now)) continue;
    if (owed[line.kind] != 0) --owed[line.kind];
    const bool cut = line.is_bcrypt && password.size() > kMaxBcryptBytes;
    if (has_hash(phrase.c_str(), line.hash) && !cut) return index;
  }
  for (std::size_t kind = 0; kind < owed.size(); ++kind)
    for (; owed[kind] != 0; --owed[kind])
      static_cast<void>(has_hash(phrase.c_str(), view_.kind(kind).decoy));
  return std::nullopt;
}

} // namespace polyauth
