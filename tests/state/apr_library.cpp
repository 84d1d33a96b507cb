// SPDX-License-Identifier: Apache-2.0
#include "state/state_database.hpp"

namespace {

// The main() is Catch2's, compiled already; this is there before it and until after it.
const polyauth::AprLibrary apr;

} // namespace
