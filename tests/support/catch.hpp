// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one include of the test framework: version 2 and version 3 differ in it.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
