// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/layout.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace polyauth::apache {

namespace {

// Tables become cards below 60rem, two columns one below 40rem; colours have a contrast of at least 4.5 to 1.
constexpr Markup kStyle = R"(
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --text: #1b2733; --soft: #4d5b69; --line: #c5ced6;
  --field: #6b7986; --strong: #0b5394; --on-strong: #ffffff; --bad: #a3161e; --bad-card: #fdf1f1;
  --good: #17603a; --good-card: #eef8f2;
  --granted: #3d85c6; --denied: #a3161e; --would: #b26a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12181e; --card: #1b242c; --text: #e8edf2; --soft: #a9b6c2; --line: #394651;
    --field: #8796a3; --strong: #8cc4f5; --on-strong: #0d2236; --bad: #ff9d9d; --bad-card: #351d20;
    --good: #8ad9ad; --good-card: #16302a;
    --granted: #5b9bd5; --denied: #ff9d9d; --would: #f0b45c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
header { background: var(--card); border-bottom: 1px solid var(--line); }
header div, main { max-width: 46rem; margin: 0 auto; padding: 0 1rem; }
header div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
  padding-top: .6rem; padding-bottom: .6rem; }
.wide header div, .wide main { max-width: 72rem; }
header p { margin: 0; overflow-wrap: anywhere; }
header p + p { color: var(--soft); }
main { padding-bottom: 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.6rem 0 1rem; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .5rem; }
p { margin: 0 0 .75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: 1.1rem 1.25rem; margin: 0 0 1.25rem; }
.bad { background: var(--bad-card); border-color: var(--bad); border-left-width: .35rem; }
.good { background: var(--good-card); border-color: var(--good); border-left-width: .35rem; }
.bad h2, .bad a, .error { color: var(--bad); }
.good h2 { color: var(--good); }
.bad :last-child, .good :last-child, .card > :last-child { margin-bottom: 0; }
.code { font: 700 2rem/1.3 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  margin: .25rem 0 .75rem; overflow-wrap: break-word; }
.code span { display: inline-block; margin-right: .5em; }
.code span:last-child { margin-right: 0; }
.mac { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-weight: 600; }
label { display: block; font-weight: 600; }
.hint { color: var(--soft); margin-bottom: .5rem; }
.error { font-weight: 600; margin-bottom: .5rem; }
input { width: 100%; max-width: 24rem; min-height: 2.75rem; padding: .5rem .7rem;
  color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: .35rem;
  font: inherit; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
input[aria-invalid] { border: 2px solid var(--bad); }
.row { display: flex; flex-wrap: wrap; gap: .75rem; }
.row input { flex: 1 1 16rem; }
button { min-height: 2.75rem; padding: .5rem 1.1rem; border: 1px solid var(--strong);
  border-radius: .35rem; background: var(--strong); color: var(--on-strong); font: inherit;
  font-weight: 600; cursor: pointer; }
button.quiet { background: transparent; color: var(--strong); }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; align-items: center;
  padding: .9rem 0; border-top: 1px solid var(--line); }
li:last-child { padding-bottom: 0; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem 1rem; margin: 0; grid-column: 1; }
dt { color: var(--soft); font-size: .875rem; line-height: 1.35; }
dd { margin: 0; overflow-wrap: anywhere; }
li form { grid-column: 2; grid-row: 1; }
li.wide { grid-template-columns: 1fr; }
h3 { font-size: 1rem; line-height: 1.3; margin: 1rem 0 .25rem; overflow-wrap: anywhere; }
li h3 { margin: 0; }
li p, li .error { margin: 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.path { overflow-wrap: anywhere; }
.word, .number { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem 1rem .5rem 0; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); }
th { border-top: 0; color: var(--soft); font-size: .875rem; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; }
details table { margin-top: .5rem; }
summary { padding: .6rem 0; border-top: 1px solid var(--line); color: var(--strong);
  font-weight: 600; cursor: pointer; }
#refusals table { table-layout: fixed; }
#refusals th { width: 12rem; }
#refusals th:nth-child(2) { width: 13rem; }
#refusals th:nth-child(3), #refusals th:nth-child(4) { width: 8.5rem; }
#refusals th:last-child { width: auto; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2.5rem; }
.pair > div { min-width: 0; }
.pair h3 { margin-top: 1rem; }
.tiles { grid-template-columns: repeat(3, auto); justify-content: start; gap: .5rem 3.5rem;
  margin-bottom: .75rem; }
.tiles div { display: flex; flex-direction: column-reverse; }
.tiles dd { font-size: 2rem; line-height: 1.2; font-weight: 700;
  font-variant-numeric: tabular-nums; }
.plot { display: grid; grid-template-columns: auto 1fr; gap: .25rem .5rem; }
.scale { display: flex; flex-direction: column; justify-content: space-between;
  color: var(--soft); font-size: .75rem; line-height: 1; text-align: right;
  font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: 7rem; border-bottom: 1px solid var(--field);
  overflow: visible; }
path { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
rect.granted { fill: var(--granted); }
rect.denied { fill: var(--denied); }
rect.would-deny { fill: var(--would); }
.ends, .legend { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.25rem;
  color: var(--soft); font-size: .875rem; }
.ends { grid-column: 2; margin: 0; }
.legend { justify-content: flex-start; margin-top: 1rem; }
.legend svg { display: inline-block; width: .8rem; height: .8rem; border: 0; }
@media (max-width: 60rem) {
  .pair { grid-template-columns: 1fr; }
  thead { display: none; }
  table, tbody, tr { display: block; }
  tr { padding: .6rem 0; border-top: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 .75rem; padding: .1rem 0;
    border: 0; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .875rem; }
  td.text { grid-template-columns: 1fr; }
  td.text::before { content: none; }
  td > div { min-width: 0; overflow-wrap: anywhere; white-space: normal; }
  .number { text-align: left; }
}
@media (max-width: 40rem) {
  h1 { font-size: 1.35rem; margin: 1.1rem 0 .8rem; }
  .card { padding: .9rem 1rem; }
  .code { font-size: 1.6rem; }
  .row button { flex: 1 1 100%; }
  li { grid-template-columns: 1fr; gap: .6rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: .5rem 1rem; }
  td { grid-template-columns: 5.5rem 1fr; }
  time { white-space: normal; }
  .tiles dd { font-size: 1.6rem; }
  li form { grid-column: 1; grid-row: auto; }
  li button { width: 100%; }
}
)"_html;

} // namespace

Html whole_page(std::string_view title, std::string_view user, const Html& content,
                PageWidth width) {
  Html page;
  page << R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)"_html
       << title << R"(</title>
<link rel="icon" href="data:,">
<style>)"_html
       << kStyle << R"(</style>
</head>
)"_html;
  if (width == PageWidth::kWide)
    page << "<body class=\"wide\">"_html;
  else
    page << "<body>"_html;
  page << "\n<header><div><p>Phone provisioning</p>"_html;
  if (!user.empty()) page << "<p>Signed in as <b>"_html << user << "</b></p>"_html;
  return page << "</div></header>\n<main>\n"_html << content << "</main>\n</body>\n</html>\n"_html;
}

std::string style_source() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string_view style = kStyle.text();
  if (EVP_Digest(style.data(), style.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" +
         std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)) +
         "'";
}

} // namespace polyauth::apache
