// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

#include <string>
#include <string_view>
#include <vector>

// The configuration as it is written: httpd's tree of directives, flattened, with
// the sections around each. Knows no directive by meaning.
namespace polyauth::apache {

struct ConfigLine {
  const ap_directive_t* node;
  const ap_directive_t* host; // the <VirtualHost> around it, or nullptr
  std::vector<const ap_directive_t*>
      sections; // <Directory>, <Location>, ... around it, outermost first

  [[nodiscard]] bool is(std::string_view directive) const noexcept;
  [[nodiscard]] std::vector<std::string> words() const; // its arguments
  [[nodiscard]] bool has_word(std::string_view word) const;
  [[nodiscard]] std::string where() const; // "file:line"
};

// A section that the gate answers for.
struct Governed {
  const ConfigLine* line; // PolyAuth On, PolyAuth Audit, Require polyauth
  bool audit;
  bool by_require;
};

// Whether a line concerns a virtual host (nullptr: the main server).
[[nodiscard]] inline bool reaches(const ConfigLine& line, const ap_directive_t* host) noexcept {
  return line.host == nullptr || line.host == host;
}

// Every directive of the tree, in order. Views into the tree.
[[nodiscard]] std::vector<ConfigLine> flatten_config_tree(const ap_directive_t* tree);

// Whether what is written in the sections `outer` also holds in those of `inner`, which may
// be the same, unless something nearer says otherwise.
[[nodiscard]] bool contains(const std::vector<const ap_directive_t*>& outer,
                            const std::vector<const ap_directive_t*>& inner);

// Whether what is written at `line` holds in the section of `place`, unless something
// nearer says otherwise.
[[nodiscard]] bool covers(const ConfigLine& line, const ConfigLine& place);

// Whether of two lines that cover the same place the first is the nearer one.
[[nodiscard]] bool is_nearer(const ConfigLine& line, const ConfigLine& other);

// The line of a directive that counts at `place`; nullptr if there is none.
[[nodiscard]] const ConfigLine* in_force(const std::vector<ConfigLine>& lines,
                                         std::string_view directive, const ConfigLine& place);

// Whether the line is the directive, and its word number `at` this file, which may be
// written relative to ServerRoot.
[[nodiscard]] bool names_file(const ConfigLine& line, std::string_view directive, const char* path,
                              std::size_t at = 0);

// How the resources of two nested lists of sections can have to do with each other.
enum class Overlap : std::uint8_t { kNone, kPossible, kSure };
[[nodiscard]] Overlap overlap(const std::vector<const ap_directive_t*>& a,
                              const std::vector<const ap_directive_t*>& b);

} // namespace polyauth::apache
