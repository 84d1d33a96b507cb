// SPDX-License-Identifier: Apache-2.0
#include "core/password_hash.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace polyauth {

namespace {

using Scheme = HashWork::Scheme;

// The digits of crypt(3)'s own base64.
bool is_crypt_text(std::string_view text, std::size_t length) noexcept {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return ascii::is_alnum(c) || c == '.' || c == '/';
         });
}

bool is_salt(std::string_view text, std::size_t longest) noexcept {
  return text.size() <= longest && is_crypt_text(text, text.size());
}

// The number, or 0 if it is none that stands without leading zeros.
std::uint32_t parse_number(std::string_view text) noexcept {
  if (text.empty() || text.size() > 9 || text.front() == '0') return 0;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (!ascii::is_digit(c)) return 0;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

HashWork work_of(Scheme scheme, std::uint32_t rounds) noexcept {
  return {scheme, static_cast<std::uint8_t>(std::bit_width(rounds)), rounds};
}

// What follows "$2y$": "05$" and 22 digits of salt and 31 of hash.
std::optional<HashWork> parse_bcrypt(std::string_view rest) noexcept {
  constexpr unsigned kLowest = 4;
  constexpr unsigned kHighest = 17; // of htpasswd; 31 would take days
  if (rest.size() != 56 || !ascii::is_digit(rest[0]) || !ascii::is_digit(rest[1]) || rest[2] != '$')
    return std::nullopt;
  const auto cost = static_cast<unsigned>((rest[0] - '0') * 10 + (rest[1] - '0'));
  if (cost < kLowest || cost > kHighest || !is_crypt_text(rest.substr(3), 53)) return std::nullopt;
  // Each step doubles the work.
  return HashWork{Scheme::kBcrypt, static_cast<std::uint8_t>(cost), cost};
}

// What follows "$5$" or "$6$": "rounds=5000$", if not that many, a salt, '$', a hash.
std::optional<HashWork> parse_sha_crypt(Scheme scheme, std::string_view rest,
                                        std::size_t length) noexcept {
  constexpr std::string_view kRounds = "rounds=";
  std::uint32_t rounds = 5000;
  if (rest.starts_with(kRounds)) {
    rest.remove_prefix(kRounds.size());
    const std::size_t end = rest.find('$');
    if (end == std::string_view::npos) return std::nullopt;
    rounds = parse_number(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (rounds < 1000) return std::nullopt;
  }
  const std::size_t end = rest.find('$');
  if (end == std::string_view::npos || !is_salt(rest.substr(0, end), 16) ||
      !is_crypt_text(rest.substr(end + 1), length))
    return std::nullopt;
  return work_of(scheme, rounds);
}

// What follows "$1$" or "$apr1$": a salt, '$', a hash.
std::optional<HashWork> parse_md5(Scheme scheme, std::string_view rest) noexcept {
  const std::size_t end = rest.find('$');
  if (end == std::string_view::npos || !is_salt(rest.substr(0, end), 8) ||
      !is_crypt_text(rest.substr(end + 1), 22))
    return std::nullopt;
  return work_of(scheme, 1000);
}

// What follows "{SHA}": the base64 of 20 bytes.
std::optional<HashWork> parse_sha1(std::string_view rest) noexcept {
  const auto is_digit = [](char c) { return ascii::is_alnum(c) || c == '+' || c == '/'; };
  if (rest.size() != 28 || rest.back() != '=' ||
      !std::all_of(rest.begin(), rest.end() - 1, is_digit))
    return std::nullopt;
  return work_of(Scheme::kSha1, 1);
}

} // namespace

std::optional<HashWork> parse_hash(std::string_view hash) noexcept {
  const auto rest_after = [hash](std::string_view mark) { return hash.substr(mark.size()); };
  for (const std::string_view mark : {"$2y$", "$2b$", "$2a$"})
    if (hash.starts_with(mark)) return parse_bcrypt(rest_after(mark));
  if (hash.starts_with("$apr1$")) return parse_md5(Scheme::kApr1, rest_after("$apr1$"));
  if (hash.starts_with("$1$")) return parse_md5(Scheme::kMd5, rest_after("$1$"));
  if (hash.starts_with("$5$")) return parse_sha_crypt(Scheme::kSha256, rest_after("$5$"), 43);
  if (hash.starts_with("$6$")) return parse_sha_crypt(Scheme::kSha512, rest_after("$6$"), 86);
  if (hash.starts_with("{SHA}")) return parse_sha1(rest_after("{SHA}"));
  if (is_crypt_text(hash, 13)) return work_of(Scheme::kDes, 25);
  return std::nullopt;
}

} // namespace polyauth
