// SPDX-License-Identifier: Apache-2.0
#include "pki/pem.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;

namespace {

constexpr const char* kLabel = "CERTIFICATE";
constexpr const char* kSecret = "c2VjcmV0c2VjcmV0";

std::string block(const std::string& label, const std::string& base64 = "YWJj") {
  return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
}

// "line:column: text" of the first error, or what the blocks hold.
std::string outcome(std::string_view text, std::size_t limit = 9) {
  const PemText read = read_pem(text, kLabel, limit);
  CHECK(read.errors.size() == std::min(read.error_count, PemText::kMaxReported));
  if (!read.errors.empty())
    return std::to_string(read.errors[0].line) + ':' + std::to_string(read.errors[0].column) +
           ": " + read.errors[0].text;
  std::string all;
  for (const PemBlock& each : read.blocks)
    all += std::to_string(each.line) + '=' + std::string(each.der.begin(), each.der.end()) + ' ';
  return all;
}

bool starts(std::string_view text, std::string_view with) {
  CAPTURE(text);
  return text.starts_with(with);
}

} // namespace

TEST_CASE("blocks are decoded, and text between them is passed over", "[pem]") {
  CHECK(outcome(block(kLabel)) == "1=abc ");
  CHECK(outcome("subject=CN = a\n\n" + block(kLabel) + "text\n" + block(kLabel, "ZGVm")) ==
        "3=abc 7=def ");
  CHECK(outcome("\xef\xbb\xbf" + block(kLabel)) == "1=abc ");
  CHECK(outcome("-----BEGIN CERTIFICATE-----\r\nYW\r\nJj \r\n-----END CERTIFICATE-----") ==
        "1=abc ");
  CHECK(outcome(block(kLabel, "YQ==")) == "1=a ");
  CHECK(outcome(block(kLabel, "YWI=")) == "1=ab ");
  std::string der(1000, 'x');
  std::string base64;
  for (int i = 0; i < 250; ++i) base64 += "eHh4";
  CHECK(outcome(block(kLabel, base64)) == "1=" + std::string(750, 'x') + ' ');
}

TEST_CASE("what is wrong is told with its place", "[pem]") {
  const auto& [text, error] = GENERATE(table<std::string, std::string>({
      {"", "1:1: holds no PEM block; accepted is a text with -----BEGIN CERTIFICATE-----"},
      {"text\n", "1:1: holds no PEM block"},
      {"\n-----BEGIN CERTIFICATE-----\nYWJj\n", "2:1: the block is not closed"},
      {"-----BEGIN CERTIFICATE-----\nYWJj\n" + block(kLabel), "1:1: the block is not closed"},
      {"-----BEGIN CERTIFICATE-----\nYWJj\n-----END X509 CRL-----\n",
       "3:1: the block does not end as it begins; accepted is -----END CERTIFICATE-----"},
      {"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE----\n",
       "3:1: the block does not end as it begins"},
      {"a\n-----END CERTIFICATE-----\n", "2:1: an END line stands here without a BEGIN line"},
      {"-----BEGIN CERTIFICATE----\nYWJj\n", "1:1: is no proper BEGIN line"},
      {" -----BEGIN CERTIFICATE-----\nYWJj\n", "1:1: is no proper BEGIN line"},
      {"-----BEGIN certificate-----\n", "1:1: is no proper BEGIN line"},
      {block("CERTIFICATE REQUEST"), "1:1: is a CERTIFICATE REQUEST, not a CERTIFICATE"},
      {block("X509 CRL"), "1:1: is an X509 CRL, not a CERTIFICATE"},
      {block("TRUSTED CERTIFICATE"), "1:1: is a TRUSTED CERTIFICATE, which carries trust"},
      {block(kLabel, "YW-j"), "2:3: this is no base64"},
      {block(kLabel, "YWJj\nProc-Type: 4,ENCRYPTED"), "3:5: this is no base64"},
      {block(kLabel, "YWJ"), "3:1: the base64 of the block is cut short or padded wrongly"},
      {block(kLabel, "YW=j"), "3:1: the base64 of the block is cut short or padded wrongly"},
      {block(kLabel, "YQ==YWJj"), "3:1: the base64 of the block is cut short"},
      {block(kLabel, ""), "3:1: the base64 of the block is cut short or padded wrongly"},
      {block(kLabel, "===="), "3:1: the base64 of the block is cut short or padded wrongly"},
  }));
  CHECK(starts(outcome(text), error));
}

TEST_CASE("a private key is refused and nothing of it repeated", "[pem]") {
  const std::string text = GENERATE_COPY(
      block("PRIVATE KEY", kSecret), block("RSA PRIVATE KEY", kSecret),
      block("ENCRYPTED PRIVATE KEY", kSecret), block("private key", kSecret),
      std::string("-----BEGIN PRIVATE KEY-----") + kSecret + "-----END PRIVATE KEY-----",
      std::string("-----BEGIN PRIVATE KEY-----\n") + kSecret,
      std::string("-----BEGIN EC PRIVATE KEY-----\n") + kSecret + "\n-----END " + kSecret +
          "-----");
  const PemText read = read_pem(block(kLabel) + text + '\n' + block(kLabel), kLabel, 9);
  REQUIRE_FALSE(read.errors.empty());
  CHECK(read.errors[0].line == 4);
  CHECK(read.errors[0].text == "holds a private key; remove it");
  for (const Diagnostic& error : read.errors) CHECK(error.text.find(kSecret) == std::string::npos);
}

TEST_CASE("no error repeats what stands inside a block", "[pem]") {
  const std::string secret(kSecret);
  for (const std::string& text :
       {"-----BEGIN " + secret + "-----\n", block(kLabel, secret + "-"),
        "-----BEGIN CERTIFICATE-----\n" + secret + "\n-----END " + secret + "-----\n"}) {
    const PemText read = read_pem(text, kLabel, 9);
    REQUIRE_FALSE(read.errors.empty());
    for (const Diagnostic& error : read.errors) CHECK(error.text.find(secret) == std::string::npos);
  }
}

TEST_CASE("the number of blocks is bounded, and that of errors told", "[pem]") {
  std::string text;
  for (int i = 0; i < 5; ++i) text += block(kLabel);
  CHECK(starts(outcome(text, 5), "1=abc"));
  CHECK(outcome(text, 4) == "13:1: holds more than 4 blocks; split the file");
  std::string bad;
  for (int i = 0; i < 100; ++i) bad += block("X509 CRL");
  const PemText read = read_pem(bad, kLabel, 4);
  CHECK(read.error_count == 100);
  CHECK(read.errors.size() == 20);
}
