// SPDX-License-Identifier: Apache-2.0
#include "core/form_data.hpp"
#include "support/catch.hpp"

#include <string>

using polyauth::FormData;

TEST_CASE("fields are decoded", "[form]") {
  const auto form = FormData::parse("mac=00%3a04%3AF2+aa&token=&empty&a%20b=%C3%A9&=x");
  REQUIRE(form);
  CHECK(form->value("mac") == "00:04:F2 aa");
  CHECK(form->value("token") == "");
  CHECK(form->value("empty") == "");
  CHECK(form->value("a b") == "\xc3\xa9");
  CHECK(form->value("") == "x");
  CHECK_FALSE(form->value("other"));
}

TEST_CASE("a value may hold an equals sign", "[form]") {
  CHECK(FormData::parse("a=b=c")->value("a") == "b=c");
}

TEST_CASE("a field that stands there twice has no value", "[form]") {
  const auto form = FormData::parse("mac=1&mac=1");
  REQUIRE(form);
  CHECK_FALSE(form->value("mac"));
}

TEST_CASE("an empty body has no fields", "[form]") {
  const auto form = FormData::parse("");
  REQUIRE(form);
  CHECK_FALSE(form->value(""));
}

TEST_CASE("a body that no browser sends is refused", "[form]") {
  const auto body = GENERATE(as<std::string>{}, "a=%", "a=%4", "a=%4g", "a=%00", "a=\n", "a=%0a",
                             "%=1", "a=%FF", "a=%C3", "a=%7f", std::string("a=\0", 3));
  CAPTURE(body);
  CHECK_FALSE(FormData::parse(body));
}
