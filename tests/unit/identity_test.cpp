// SPDX-License-Identifier: Apache-2.0
#include "core/identity.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::forms;
using polyauth::test::subject;
using polyauth::test::Words;

namespace {

// The address in canonical form, or the fault.
std::string shown(const Identity& identity) {
  if (const auto* mac = std::get_if<MacAddress>(&identity)) return mac->to_string();
  switch (std::get<IdentityFault>(identity)) {
  case IdentityFault::kMissing: return "missing";
  case IdentityFault::kMultiple: return "multiple";
  case IdentityFault::kMalformed: return "malformed";
  }
  return "?";
}

std::string read_cn(const Words& words, std::string_view cn) {
  return shown(forms(words).read(subject({{Attribute::kCn, cn}})));
}

} // namespace

TEST_CASE("poly reads a CN of exactly twelve hex digits", "[identity]") {
  const auto [cn, expected] = GENERATE(table<std::string, std::string>({
      {"0004F28B54F4", "0004f28b54f4"},
      {"0004f28b54f4", "0004f28b54f4"},
      {"64167F000001", "64167f000001"},
      {"0004F28B54F", "malformed"},
      {"0004F28B54F40", "malformed"},
      {"00:04:F2:8B:54:F4", "malformed"},
      {"00-04-f2-8b-54-f4", "malformed"},
      {"0004.f28b.54f4", "malformed"},
      {"0004F28B54FG", "malformed"},
      {" 0004F28B54F4", "malformed"},
      {"0004F28B54F4\n", "malformed"},
      {"0004F28B54F4\\x00evil", "malformed"},
      {"CN=0004F28B54F4", "malformed"},
      {"*", "malformed"},
      {".*", "malformed"},
      {"0004F2******", "malformed"},
      {"phone.example.com", "malformed"},
  }));
  CAPTURE(cn);
  CHECK(read_cn({"poly"}, cn) == expected);
}

TEST_CASE("broadworks reads a CN that holds exactly one MAC", "[identity]") {
  const auto [cn, expected] = GENERATE(table<std::string, std::string>({
      {"0004F28B54F4", "0004f28b54f4"},
      {"Polycom 0004F28B54F4", "0004f28b54f4"},
      {"CP-8861-SEP2C3124C9F8E1", "2c3124c9f8e1"},
      {"ATA2C3124C9F8E1", "2c3124c9f8e1"},
      {"00:04:f2:8b:54:f4", "0004f28b54f4"},
      {"0004F28B54F4 0004f28b54f4", "0004f28b54f4"}, // twice the same is one
      {"0004F28B54F4 00-04-f2-8b-54-f4", "0004f28b54f4"},
      {"0004F28B54F4 0004F28B54F5", "multiple"},
      {"0004F28B54F4.0004F28B54F4.64167F000001", "multiple"},
      {"0004F28B54F4abcdefabcdefghi", "0004f28b54f4"},
      {"phoneabcdefabcdef0dir", "multiple"},
      {"phoneaabcdefabcdefs", "multiple"}, // one run, several readings
      {"000000000000 0004F28B54F4", "multiple"},
      // .*([0-9a-fA-F]{12}).* would take the last twelve of these
      {"0004F28B54F40", "malformed"},
      {"SN0004F28B54F4123456", "malformed"},
      {"123e4567-e89b-12d3-a456-0004f28b54f4", "malformed"},
      {"phone.example.com", "malformed"},
      // a control character or a backslash, shown escaped
      {"0004F28B54F4\\x00.example.com", "malformed"},
      {"\\x000004F28B54F4", "malformed"},
      {"evil\\\\0004F28B54F4", "malformed"},
  }));
  CAPTURE(cn);
  CHECK(read_cn({"broadworks"}, cn) == expected);
}

TEST_CASE("a regex of the admin reads certificates of other makers", "[identity]") {
  const auto [form, attribute, value, expected] =
      GENERATE(table<std::string, Attribute, std::string, std::string>({
          {"CN~SEP([0-9A-F]{12})", Attribute::kCn, "SEP2C3124C9F8E1", "2c3124c9f8e1"},
          {"CN~.*SEP([0-9A-F]{12})", Attribute::kCn, "CP-8861-SEP2C3124C9F8E1", "2c3124c9f8e1"},
          {"serialNumber~[f-]+([0-9a-f]{12})", Attribute::kSerialNumber,
           "ffffffff-ffff-ffff-fff0-001565000062", "malformed"},
          {"serialNumber~.*-([0-9a-f]{12})", Attribute::kSerialNumber,
           "ffffffff-ffff-ffff-fff0-001565000062", "001565000062"},
          {"CN~(.{17})", Attribute::kCn, "00:04:F2:8B:54:F4", "0004f28b54f4"},
          {"CN~(.{17})", Attribute::kCn, "00:04:F2:8B:54-F4", "malformed"},
          {"OU~dev-(.+)", Attribute::kOu, "dev-0004.f28b.54f4", "0004f28b54f4"},
          {"L~(.+)", Attribute::kL, "0004f28b54f4", "0004f28b54f4"},
          {"ST~(.+)", Attribute::kSt, "0004f28b54f4", "0004f28b54f4"},
          {"O~(.+)", Attribute::kO, "0004f28b54f4", "0004f28b54f4"},
          // the whole value, without an anchor of the admin's
          {"CN~([0-9A-F]{12})", Attribute::kCn, "0004F28B54F4 evil", "malformed"},
          {"CN~([0-9A-F]{12})", Attribute::kCn, "evil 0004F28B54F4", "malformed"},
          {"CN~([0-9A-F]{12})$", Attribute::kCn, "0004F28B54F4\n", "malformed"},
          {"CN~a|([0-9A-F]{12})", Attribute::kCn, "0004F28B54F4 evil", "malformed"},
          {"CN~a|([0-9A-F]{12})", Attribute::kCn, "a", "malformed"},
          {"CN~([0-9A-F]{12})", Attribute::kCn, "0004f28b54f4", "malformed"},
          {"CN~(?i)([0-9A-F]{12})", Attribute::kCn, "0004f28b54f4", "0004f28b54f4"},
          {"CN~x(.*)", Attribute::kCn, "x", "malformed"},
          {"CN~.*([0-9A-F]{12})", Attribute::kCn, "a\\x0004F28B54F4", "malformed"},
          // another attribute does not count
          {"CN~([0-9A-F]{12})", Attribute::kOu, "0004F28B54F4", "missing"},
      }));
  CAPTURE(form, value);
  const Words words{form};
  CHECK(shown(forms(words).read(subject({{attribute, value}}))) == expected);
}

TEST_CASE("a subject cannot make a regex run away", "[identity]") {
  const std::string value(4096, 'a');
  CHECK(read_cn({"CN~(?:a|aa|a+)*b([0-9a-f]{12})"}, value) == "malformed");
}

TEST_CASE("a certificate without the attribute has no identity", "[identity]") {
  CHECK(shown(forms({"poly"}).read(Subject())) == "missing");
  CHECK(read_cn({"poly"}, "") == "missing");
  CHECK(shown(forms({"poly"}).read(subject({{Attribute::kOu, "0004F28B54F4"}}))) == "missing");
}

TEST_CASE("an attribute that a form uses occurs at most once", "[identity]") {
  const auto cn = Attribute::kCn;
  const auto ou = Attribute::kOu;
  CHECK(shown(forms({"poly"}).read(subject({{cn, "0004F28B54F4"}, {cn, "0004F28B54F5"}}))) ==
        "multiple");
  CHECK(shown(forms({"poly"}).read(subject({{cn, "0004F28B54F4"}, {cn, "0004F28B54F4"}}))) ==
        "multiple");
  CHECK(shown(forms({"poly"}).read(subject({{cn, "x"}, {cn, "0004F28B54F4"}}))) == "multiple");
  CHECK(shown(forms({"poly"}).read(subject({{cn, ""}, {cn, "0004F28B54F4"}}))) == "multiple");
  const Subject two_ous = subject({{cn, "0004F28B54F4"}, {ou, "a"}, {ou, "b"}});
  CHECK(shown(forms({"poly"}).read(two_ous)) == "0004f28b54f4");
  CHECK(shown(forms({"poly", "OU~(x)"}).read(two_ous)) == "multiple");
}

TEST_CASE("several forms together yield one MAC", "[identity]") {
  const auto cn = Attribute::kCn;
  const auto serial = Attribute::kSerialNumber;
  const IdentityForms both = forms({"poly", "serialNumber~.*-([0-9a-f]{12})"});
  const auto [values, expected] = GENERATE_COPY(table<Subject, std::string>({
      {subject({{cn, "0004F28B54F4"}}), "0004f28b54f4"},
      {subject({{serial, "x-001565000062"}}), "001565000062"},
      {subject({{cn, "yealink.com"}, {serial, "x-001565000062"}}), "001565000062"},
      {subject({{cn, "001565000062"}, {serial, "x-001565000062"}}), "001565000062"},
      {subject({{cn, "001565000062"}, {serial, "x-001565000063"}}), "multiple"},
      {subject({{cn, "000000000000"}, {serial, "x-001565000062"}}), "multiple"},
      {subject({{cn, "yealink.com"}, {serial, "none"}}), "malformed"},
      {subject({{Attribute::kO, "Yealink"}}), "missing"},
  }));
  CHECK(shown(both.read(values)) == expected);
  CHECK(shown(forms({"poly", "broadworks"}).read(subject({{cn, "x 0004F28B54F4"}}))) ==
        "0004f28b54f4");
  CHECK(shown(forms({"poly", "broadworks"}).read(subject({{cn, "0004F28B54F4 0004F28B54F5"}}))) ==
        "multiple");
}

TEST_CASE("identity forms that cannot work are refused at start", "[identity]") {
  const auto [words, expected] = GENERATE(table<Words, std::string>({
      {Words(), "needs poly"},
      {{"Poly"}, "is not an identity form"},
      {{"poly", "yealink"}, "is not an identity form"},
      {{""}, "is not an identity form"},
      {{"DC~(.*)"}, "is not an attribute"},
      {{"cn~(.*)"}, "is not an attribute"},
      {{"~(.*)"}, "is not an attribute"},
      {{"CN~[0-9A-F]{12}"}, "has 0 groups"},
      {{"CN~"}, "has 0 groups"},
      {{"CN~(a)(b)"}, "has 2 groups"},
      {{"CN~(a"}, "column"},
      {{"CN~a("}, "column"},
  }));
  const auto parsed = IdentityForms::parse(words);
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error(), Catch::Contains(expected));
}

TEST_CASE("a group that captures nothing by itself does not count", "[identity]") {
  CHECK(read_cn({"CN~(?:SEP|ATA)([0-9A-F]{12})"}, "ATA2C3124C9F8E1") == "2c3124c9f8e1");
}

TEST_CASE("the forms of the phone maker expect its chain", "[identity]") {
  CHECK(forms({"poly"}).expects_maker_chain());
  CHECK(forms({"broadworks"}).expects_maker_chain());
  CHECK(forms({"CN~(.*)", "poly"}).expects_maker_chain());
  CHECK_FALSE(forms({"CN~(.*)"}).expects_maker_chain());
}

TEST_CASE("attributes have the names that the directive uses", "[identity]") {
  CHECK(attribute_name(Attribute::kCn) == "CN");
  CHECK(attribute_name(Attribute::kO) == "O");
  CHECK(attribute_name(Attribute::kOu) == "OU");
  CHECK(attribute_name(Attribute::kL) == "L");
  CHECK(attribute_name(Attribute::kSt) == "ST");
  CHECK(attribute_name(Attribute::kSerialNumber) == "serialNumber");
}
