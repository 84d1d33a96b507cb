// SPDX-License-Identifier: Apache-2.0
// Trust files and CRL files as live files: one process publishes, others judge.
#include "pki/revocation_file.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <ctime>

using namespace polyauth;
using test::ca;
using test::device;
using test::issue;
using test::Party;
using test::Recipe;

namespace {

// Valid at the time of the clock, which publishers go by.
Recipe lasting(Recipe recipe) {
  recipe.from = 0;
  recipe.until = std::time(nullptr) + test::kYear;
  return recipe;
}

constexpr auto kAdopted = Refresh::Outcome::kAdopted;
constexpr auto kRefused = Refresh::Outcome::kRefused;

} // namespace

TEST_CASE("a CRL that one process publishes revokes in another", "[trust][revocation]") {
  const test::TempDir folder;
  const std::string trust_path = folder / "maker-ca.pem";
  const std::string crl_path = folder / "maker.crl";
  PublicationBoard& board = *PublicationBoard::create();
  PublicationSlot& trust_slot = *board.slot(FileKind::kTrust, trust_path);
  PublicationSlot& crl_slot = *board.slot(FileKind::kRevocation, crl_path);
  const ImageFolder images(folder / "images", board.nonce());
  REQUIRE(images.prepare(::geteuid()));
  const uid_t nobody_else = static_cast<uid_t>(-1);
  FilePublisher trust(kTrustFormat, trust_slot, images, nobody_else);
  FilePublisher crls(kRevocationFormat, crl_slot, images, nobody_else, {&trust_slot});

  const Party root = issue(lasting(ca("Root")));
  const Party issuing = issue(lasting(ca("Issuing")), &root);
  const Party phone = issue(lasting(device("0004F2AABBCC", 1000)), &issuing);
  const auto revoked = [&]() -> std::optional<std::size_t> {
    const auto chains = LiveTrust(trust_slot, images, 0).current();
    const auto lists = LiveRevocations(crl_slot, images, 0).current();
    REQUIRE(chains);
    REQUIRE(lists);
    const auto verdict = chains->view.judge(phone.get(), 1, std::time(nullptr));
    REQUIRE(verdict->trusted);
    return lists->view.first_revoked(verdict->chain);
  };
  const auto write_crl = [&](long number, std::vector<long> serials) {
    test::replace(crl_path, test::crl(issuing, {.number = number, .revoked = std::move(serials)}));
  };

  write_crl(1, {});
  CHECK(crls.adopt_now().problem == "needs " + trust_path + ", which is not in force");
  test::replace(trust_path, test::pem({&root, &issuing}));
  REQUIRE(trust.adopt_now().outcome == kAdopted);
  REQUIRE(crls.adopt_if_changed().outcome == kAdopted);
  CHECK_FALSE(revoked());
  write_crl(2, {1000});
  REQUIRE(crls.adopt_if_changed().outcome == kAdopted);
  CHECK(revoked() == 0);
  // Neither an older list nor rubbish brings the phone back.
  write_crl(1, {});
  CHECK(crls.adopt_if_changed().outcome == kRefused);
  test::replace(crl_path, "rubbish");
  CHECK(crls.adopt_if_changed().grave);
  CHECK(revoked() == 0);
}
