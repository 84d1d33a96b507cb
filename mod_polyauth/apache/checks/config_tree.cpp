// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/config_tree.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace polyauth::apache {

namespace {

using ascii::equal_ignoring_case;

bool is_section(const ap_directive_t* node) {
  static constexpr std::string_view kSections[] = {
      "<Directory", "<DirectoryMatch", "<Location", "<LocationMatch", "<Files",      "<FilesMatch",
      "<If",        "<ElseIf",         "<Else",     "<Proxy",         "<ProxyMatch",
  };
  return std::any_of(std::begin(kSections), std::end(kSections), [&](std::string_view name) {
    return equal_ignoring_case(node->directive, name);
  });
}

std::vector<std::string> words_of(const char* args) {
  std::vector<std::string> words;
  apr_pool_t* pool = nullptr;
  if (args == nullptr || apr_pool_create(&pool, nullptr) != APR_SUCCESS) return words;
  while (*args != '\0') words.emplace_back(ap_getword_conf(pool, &args));
  apr_pool_destroy(pool);
  return words;
}

void flatten(const ap_directive_t* node, ConfigLine context, std::vector<ConfigLine>& lines) {
  for (; node != nullptr; node = node->next) {
    context.node = node;
    lines.push_back(context);
    if (node->first_child == nullptr) continue;
    ConfigLine inner = context;
    if (equal_ignoring_case(node->directive, "<VirtualHost"))
      inner.host = node;
    else if (is_section(node))
      inner.sections.push_back(node);
    flatten(node->first_child, std::move(inner), lines);
  }
}

// The literal path of a <Directory> or <Location>; nothing for a pattern.
std::string literal_path(const ap_directive_t* section) {
  if (!equal_ignoring_case(section->directive, "<Directory") &&
      !equal_ignoring_case(section->directive, "<Location"))
    return {};
  std::string args = section->args != nullptr ? section->args : "";
  while (!args.empty() && (args.back() == '>' || args.back() == ' ')) args.pop_back();
  const std::vector<std::string> words = words_of(args.c_str());
  if (words.size() != 1 || words[0].find_first_of("*?[~") != std::string::npos) return {};
  std::string path = words[0];
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool is_below(std::string_view path, std::string_view root) {
  return root == "/" ||
         (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'));
}

} // namespace

bool ConfigLine::is(std::string_view directive) const noexcept {
  return equal_ignoring_case(node->directive, directive);
}

std::vector<std::string> ConfigLine::words() const { return words_of(node->args); }

bool ConfigLine::has_word(std::string_view word) const {
  const std::vector<std::string> all = words();
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& seen) { return equal_ignoring_case(seen, word); });
}

std::string ConfigLine::where() const {
  return std::string(node->filename) + ':' + std::to_string(node->line_num);
}

std::vector<ConfigLine> flatten_config_tree(const ap_directive_t* tree) {
  std::vector<ConfigLine> lines;
  flatten(tree, {nullptr, nullptr, {}}, lines);
  return lines;
}

bool contains(const std::vector<const ap_directive_t*>& outer,
              const std::vector<const ap_directive_t*>& inner) {
  if (outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin()))
    return true;
  if (outer.size() != 1 || inner.empty()) return false;
  const std::string path = literal_path(outer.front());
  const std::string below = literal_path(inner.front());
  const bool is_location = equal_ignoring_case(outer.front()->directive, "<Location");
  // Every request has a URL, but not every one a file.
  if (path == "/" && is_location) return true;
  return !path.empty() && !below.empty() &&
         equal_ignoring_case(outer.front()->directive, inner.front()->directive) &&
         is_below(below, path);
}

bool covers(const ConfigLine& line, const ConfigLine& place) {
  return (line.host == nullptr || line.host == place.host) &&
         contains(line.sections, place.sections);
}

bool is_nearer(const ConfigLine& line, const ConfigLine& other) {
  if (line.sections.empty() && other.sections.empty())
    return line.host != nullptr || other.host == nullptr;
  return contains(other.sections, line.sections);
}

const ConfigLine* in_force(const std::vector<ConfigLine>& lines, std::string_view directive,
                           const ConfigLine& place) {
  const ConfigLine* found = nullptr;
  for (const ConfigLine& line : lines)
    if (line.is(directive) && covers(line, place) && (found == nullptr || is_nearer(line, *found)))
      found = &line;
  return found;
}

bool names_file(const ConfigLine& line, std::string_view directive, const char* path,
                std::size_t at) {
  if (!line.is(directive)) return false;
  const std::vector<std::string> words = line.words();
  if (words.size() <= at) return false;
  apr_pool_t* scratch = nullptr;
  if (apr_pool_create(&scratch, nullptr) != APR_SUCCESS) return true;
  const char* const absolute = ap_server_root_relative(scratch, words[at].c_str());
  const bool same = absolute != nullptr && std::string_view(absolute) == path;
  apr_pool_destroy(scratch);
  return same;
}

Overlap overlap(const std::vector<const ap_directive_t*>& a,
                const std::vector<const ap_directive_t*>& b) {
  // One inside the other: the same outermost sections.
  if (std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                 b.begin()))
    return Overlap::kSure;
  const std::string path_a = literal_path(a.front());
  const std::string path_b = literal_path(b.front());
  if (path_a == "/" || path_b == "/") return Overlap::kSure;
  if (path_a.empty() || path_b.empty() ||
      !equal_ignoring_case(a.front()->directive, b.front()->directive))
    return Overlap::kPossible;
  return is_below(path_a, path_b) || is_below(path_b, path_a) ? Overlap::kSure : Overlap::kNone;
}

} // namespace polyauth::apache
