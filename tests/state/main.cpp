// SPDX-License-Identifier: Apache-2.0
#define CATCH_CONFIG_RUNNER
#include "state/state_database.hpp"
#include "support/catch.hpp"

int main(int argc, char* argv[]) {
  const polyauth::AprLibrary apr;
  return Catch::Session().run(argc, argv);
}
