// SPDX-License-Identifier: Apache-2.0
// The first line is the label that is wanted, the rest the text. What is good
// comes back when it is written and read again; what is not has its place, and
// nothing of a private key is repeated.
#include "fuzz/property.hpp"
#include "pki/openssl.hpp"
#include "pki/pem.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

constexpr std::size_t kLimit = 8;
// What the corpus holds in place of a key.
constexpr std::string_view kSecret = "c2VjcmV0c2VjcmV0";

std::string write_again(const std::vector<PemBlock>& blocks, const std::string& label) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  for (const PemBlock& block : blocks)
    PEM_write_bio(bio.get(), label.c_str(), "", block.der.data(),
                  static_cast<long>(block.der.size()));
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

void check_errors(const PemText& read, std::string_view text) {
  require(read.errors.size() == std::min(read.error_count, PemText::kMaxReported),
          "every error is counted and twenty are kept");
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  std::size_t last = 0;
  for (const Diagnostic& error : read.errors) {
    require(error.line >= std::max<std::size_t>(last, 1) && error.line <= lines,
            "an error has its line");
    require(error.column >= 1 && error.column <= text.size() + 1, "an error has its column");
    require(!error.text.empty() && std::all_of(error.text.begin(), error.text.end(),
                                               [](char c) { return c >= 0x20 && c < 0x7f; }),
            "an error can be printed");
    require(error.text.find(kSecret) == std::string::npos, "a secret is not repeated");
    last = error.line;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string label = fuzz::take_line(text).starts_with('X') ? "X509 CRL" : "CERTIFICATE";
  const PemText read = read_pem(text, label, kLimit);
  check_errors(read, text);
  require(read.blocks.size() <= kLimit, "the number of blocks is bounded");
  if (read.error_count != 0) return 0;
  require(!read.blocks.empty(), "what is good holds a block");
  const PemText again = read_pem(write_again(read.blocks, label), label, kLimit);
  require(again.error_count == 0 && again.blocks.size() == read.blocks.size(),
          "what is written again is good");
  for (std::size_t i = 0; i < read.blocks.size(); ++i)
    require(read.blocks[i].der == again.blocks[i].der, "and the same");
  return 0;
}
