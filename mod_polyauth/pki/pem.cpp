// SPDX-License-Identifier: Apache-2.0
#include "pki/pem.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <optional>
#include <utility>

namespace polyauth {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::size_t kMaxLabel = 40;

constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_base64(char c) noexcept {
  return is_upper(c) || (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '/';
}

// Whether the text speaks of a private key in any case of letters.
bool names_private_key(std::string_view text) {
  constexpr std::string_view kWords = "PRIVATE KEY";
  return std::search(text.begin(), text.end(), kWords.begin(), kWords.end(), [](char a, char b) {
           return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
         }) != text.end();
}

// The label of a line that begins or ends a block. What may be printed of a file
// is capital letters, digits and blanks: base64 that slipped into the line is not.
std::optional<std::string_view> label_of(std::string_view line, std::string_view begin) {
  if (!line.starts_with(begin) || !line.ends_with(kDashes) ||
      line.size() <= begin.size() + kDashes.size())
    return std::nullopt;
  line = line.substr(begin.size(), line.size() - begin.size() - kDashes.size());
  const bool good = line.size() <= kMaxLabel && std::all_of(line.begin(), line.end(), [](char c) {
                      return is_upper(c) || is_digit(c) || c == ' ';
                    });
  return good ? std::optional(line) : std::nullopt;
}

std::string with_article(std::string_view label) {
  constexpr std::string_view kVowelSounds = "AEIOX";
  const bool vowel = !label.empty() && kVowelSounds.find(label.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(label);
}

struct FreeContext {
  void operator()(EVP_ENCODE_CTX* context) const noexcept { EVP_ENCODE_CTX_free(context); }
};

// Base64 without line ends; nothing if it is cut short or padded wrongly.
std::optional<std::vector<unsigned char>> decode(std::string_view base64) {
  const std::unique_ptr<EVP_ENCODE_CTX, FreeContext> context(EVP_ENCODE_CTX_new());
  if (!context || base64.empty() || base64.size() > INT_MAX) return std::nullopt;
  std::vector<unsigned char> der(base64.size() / 4 * 3 + 4);
  int length = 0;
  int rest = 0;
  EVP_DecodeInit(context.get());
  if (EVP_DecodeUpdate(context.get(), der.data(), &length,
                       reinterpret_cast<const unsigned char*>(base64.data()),
                       static_cast<int>(base64.size())) < 0 ||
      EVP_DecodeFinal(context.get(), der.data() + length, &rest) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  der.resize(static_cast<std::size_t>(length + rest));
  return der;
}

class Reader {
public:
  Reader(std::string_view label, std::size_t limit) : wanted_(label), limit_(limit) {}

  // False if there is no use in reading on.
  bool read_line(std::string_view line, std::size_t offset) {
    ++line_;
    offset_ = offset;
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    const bool begins = line.find("-----BEGIN") != std::string_view::npos;
    const bool ends = line.find("-----END") != std::string_view::npos;
    if (begins) return begin(line);
    if (ends)
      end(line);
    else if (state_ == State::kInside)
      add(line);
    return true;
  }

  PemText finish() {
    if (state_ == State::kInside) fail(begin_, 1, "the block is not closed by an END line");
    if (text_.error_count == 0 && text_.blocks.empty())
      fail(1, 1,
           "holds no PEM block; accepted is a text with -----BEGIN " + std::string(wanted_) +
               "-----, which openssl makes of DER by -inform DER");
    return std::move(text_);
  }

private:
  enum class State : std::uint8_t {
    kOutside,
    kInside,
    kSkipping // to the end of a block that was complained of
  };

  bool begin(std::string_view line) {
    if (state_ == State::kInside) fail(begin_, 1, "the block is not closed by an END line");
    begin_ = line_;
    state_ = State::kSkipping;
    const auto label = label_of(line, kBegin);
    if (names_private_key(line)) {
      fail(line_, 1 + offset_, "holds a private key; remove it");
    } else if (!label) {
      fail(line_, 1 + offset_,
           "is no proper BEGIN line; accepted is -----BEGIN " + std::string(wanted_) +
               "----- at the start of a line and nothing else on it");
    } else if (*label != wanted_) {
      fail(line_, 1 + offset_, complaint_about(*label));
    } else if (++count_ > limit_) {
      fail(line_, 1 + offset_,
           "holds more than " + std::to_string(limit_) + " blocks; split the file");
      return false;
    } else {
      state_ = State::kInside;
      base64_.clear();
    }
    return true;
  }

  [[nodiscard]] std::string complaint_about(std::string_view label) const {
    if (label == "TRUSTED CERTIFICATE")
      return "is a TRUSTED CERTIFICATE, which carries trust settings of openssl that do not "
             "count here; write it as a CERTIFICATE by openssl x509";
    return "is " + with_article(label) + ", not " + with_article(wanted_);
  }

  void end(std::string_view line) {
    const State was = std::exchange(state_, State::kOutside);
    if (was == State::kSkipping) return;
    const auto label = label_of(line, kEnd);
    if (was == State::kOutside)
      return fail(line_, 1 + offset_, "an END line stands here without a BEGIN line");
    if (!label || *label != wanted_)
      return fail(line_, 1,
                  "the block does not end as it begins; accepted is -----END " +
                      std::string(wanted_) + "-----");
    auto der = decode(base64_);
    if (!der || der->empty())
      return fail(line_, 1, "the base64 of the block is cut short or padded wrongly");
    text_.blocks.push_back({begin_, std::move(*der)});
  }

  // A line of base64. OpenSSL would take a dash for the end of the data.
  void add(std::string_view line) {
    const auto bad =
        std::find_if_not(line.begin(), line.end(), [](char c) { return is_base64(c) || c == '='; });
    if (bad == line.end()) {
      base64_ += line;
      return;
    }
    fail(line_, static_cast<std::size_t>(bad - line.begin()) + 1, "this is no base64");
    state_ = State::kSkipping;
  }

  void fail(std::size_t line, std::size_t column, std::string what) {
    ++text_.error_count;
    if (text_.errors.size() < PemText::kMaxReported)
      text_.errors.push_back({line, column, std::move(what)});
  }

  std::string_view wanted_;
  std::size_t limit_;
  PemText text_;
  State state_ = State::kOutside;
  std::size_t line_ = 0;
  std::size_t offset_ = 0; // bytes before the text of the line: the byte order mark
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
  std::string base64_;
};

} // namespace

PemText read_pem(std::string_view text, std::string_view label, std::size_t limit) {
  Reader reader(label, limit);
  std::size_t offset = 0;
  if (text.starts_with(kByteOrderMark)) {
    offset = kByteOrderMark.size();
    text.remove_prefix(offset);
  }
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (!reader.read_line(text.substr(0, end), offset)) break;
    offset = 0;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return reader.finish();
}

} // namespace polyauth
