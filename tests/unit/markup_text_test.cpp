// SPDX-License-Identifier: Apache-2.0
#include "core/markup_text.hpp"
#include "support/catch.hpp"

TEST_CASE("what markup gives a meaning to is escaped, and nothing else", "[markup]") {
  std::string out = "<p>";
  polyauth::append_escaped(out, "<script>alert('a' & \"b\")</script>\xc3\xa9{}/=`");
  CHECK(out == "<p>&lt;script&gt;alert(&#39;a&#39; &amp; &quot;b&quot;)&lt;/script&gt;"
               "\xc3\xa9{}/=`");
}
