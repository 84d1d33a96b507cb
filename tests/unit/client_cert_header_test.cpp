// SPDX-License-Identifier: Apache-2.0
#include "pki/client_cert_header.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using namespace polyauth::test;

namespace {

const Party& phone() {
  static const Party party = issue(device("0004F2AABBCC"));
  return party;
}

std::vector<unsigned char> der() { return der_of<X509>(phone().get(), i2d_X509); }

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                               bytes.data(), static_cast<int>(bytes.size()))));
  return text;
}
std::string binary(const std::vector<unsigned char>& bytes) { return ':' + base64(bytes) + ':'; }

// As nginx does it: all but the unreserved characters of RFC 3986.
std::string escaped(const std::string& text, const char* digits = "0123456789ABCDEF") {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

std::string outcome(const std::string& value) {
  const auto parsed = parse_client_cert_header(value);
  if (!parsed) return parsed.error();
  return X509_cmp(parsed->get(), phone().get()) == 0 ? "the phone" : "another";
}

std::string with_crlf(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\r');
  return text;
}

} // namespace

TEST_CASE("both forms of a client certificate are read", "[client_cert_header]") {
  const std::string text = pem(phone().get());
  CHECK(outcome(binary(der())) == "the phone");
  CHECK(outcome(escaped(text)) == "the phone");
  CHECK(outcome(escaped(text, "0123456789abcdef")) == "the phone");
  CHECK(outcome(escaped(text.substr(0, text.size() - 1))) == "the phone");
  CHECK(outcome(escaped(with_crlf(text))) == "the phone");
  // As balancers do that leave the characters of base64 alone.
  std::string half = text;
  for (std::size_t at = 0; (at = half.find_first_of(" \n", at)) != std::string::npos;)
    half.replace(at, 1, half[at] == ' ' ? "%20" : "%0A");
  CHECK(outcome(half) == "the phone");
}

TEST_CASE("every percent-encoding of the same PEM is the same", "[client_cert_header]") {
  std::string all;
  for (const char c : pem(phone().get())) {
    const auto byte = static_cast<unsigned char>(c);
    all += {'%', "0123456789abcdef"[byte >> 4U], "0123456789ABCDEF"[byte & 15U]};
  }
  CHECK(outcome(all) == "the phone");
}

TEST_CASE("a byte sequence with anything about it is refused", "[client_cert_header]") {
  const std::string good = binary(der());
  const std::string inner = good.substr(1, good.size() - 2);
  const std::string bad = GENERATE_COPY(
      as<std::string>{}, std::string(":"), std::string("::"), good + good, good + "," + good,
      good + ", " + good, good + ";a=1", good + ";", good + " ", " " + good, good + "x", ":" + good,
      good + ":", ":" + inner, inner + ":", inner, "\"" + inner + "\"", ": " + inner + ":",
      ":" + inner + " :", ":" + inner.substr(0, 40) + " " + inner.substr(40) + ":",
      ":" + inner.substr(0, 40) + "\t" + inner.substr(40) + ":",
      ":" + inner + "=:", ":" + inner + "====:", ":" + inner.substr(0, inner.size() - 1) + ":",
      ":" + inner + "A:", ":" + inner.substr(0, 40) + "====" + inner.substr(40) + ":",
      ":" + inner.substr(0, 40) + "%2B" + inner.substr(40) + ":",
      ":" + inner.substr(0, 40) + "-_" + inner.substr(42) + ":",
      ":" + inner.substr(0, 40) + std::string(1, '\0') + inner.substr(41) + ":");
  CHECK(outcome(bad) != "the phone");
  CHECK(outcome(bad) != "another");
}

TEST_CASE("one text only stands for a list of bytes", "[client_cert_header]") {
  auto bytes = der();
  // A certificate whose length leaves bits over, by bytes that are not looked at so early.
  while (bytes.size() % 3 != 1) bytes.push_back(0);
  std::string text = base64(bytes);
  CHECK(outcome(':' + text + ':') ==
        (bytes.size() == der().size() ? "the phone" : "holds bytes behind the certificate"));
  auto& last = text[text.size() - 3];
  last = last == 'A' ? 'B' : static_cast<char>(last + 1);
  CHECK(outcome(':' + text + ':') == "is a byte sequence whose base64 is not canonical");
  text.resize(text.size() - 2);
  CHECK(outcome(':' + text + ':') == "is a byte sequence whose base64 is not canonical");
}

TEST_CASE("DER that is no certificate, or more than one, is refused", "[client_cert_header]") {
  auto twice = der();
  const auto once = der();
  twice.insert(twice.end(), once.begin(), once.end());
  CHECK(outcome(binary(twice)) == "holds bytes behind the certificate");
  auto longer = der();
  longer.push_back(0);
  CHECK(outcome(binary(longer)) == "holds bytes behind the certificate");
  auto shorter = der();
  shorter.pop_back();
  CHECK(outcome(binary(shorter)) == "holds no X.509 certificate");
  CHECK(outcome(":YWJj:") == "holds no X.509 certificate");
  const std::string text = pem_of("CERTIFICATE", twice);
  CHECK(outcome(escaped(text)) == "holds bytes behind the certificate");
}

TEST_CASE("PEM with anything about it is refused", "[client_cert_header]") {
  const std::string text = pem(phone().get());
  const std::string url = escaped(text);
  std::string blanks = text;
  std::replace(blanks.begin(), blanks.end(), '\n', ' ');
  std::string tabbed = text;
  tabbed.insert(40, "\t");
  std::string spaced = text;
  spaced.insert(40, " ");
  std::string nul = text;
  nul.insert(40, 1, '\0');
  std::string plus = url;
  for (std::size_t at = 0; (at = plus.find("%20", at)) != std::string::npos;)
    plus.replace(at, 3, "+");
  const std::string bad = GENERATE_COPY(
      as<std::string>{}, text, blanks, "\"" + blanks + "\"", plus, escaped(url),
      escaped(text + text), escaped(text + "\n"), escaped("\n" + text), escaped("x\n" + text),
      escaped(text + "x"), escaped(" " + text), escaped(tabbed), escaped(spaced), escaped(nul),
      escaped(blanks), url + "," + url, url + ", " + url, url + "%", url + "%0", url + "%0g",
      url + "%00", url + ";", " " + url, url + " ", url + "&x=1",
      escaped(pem_of("X509 CRL", der())), escaped(pem_of("TRUSTED CERTIFICATE", der())),
      escaped(pem_of("certificate", der())), escaped(private_key_pem(phone())),
      std::string("%3A") + base64(der()) + "%3A", escaped(text.substr(0, text.size() - 10)),
      escaped(text.substr(0, 28)), std::string("%"), std::string("-"), std::string("(null)"),
      std::string("0"), std::string());
  const std::string seen = outcome(bad);
  CHECK(seen != "the phone");
  CHECK(seen != "another");
}

TEST_CASE("the length of a header is bounded", "[client_cert_header]") {
  CHECK(outcome(std::string(kMaxClientCertHeader + 1, 'A')) == "is longer than 16 KiB");
  CHECK(outcome(':' + std::string(kMaxClientCertHeader - 4, 'A') + ':') ==
        "holds no X.509 certificate");
}
