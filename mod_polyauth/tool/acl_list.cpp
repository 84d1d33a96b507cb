// SPDX-License-Identifier: Apache-2.0
#include "tool/acl_list.hpp"

#include "core/acl_text.hpp"
#include "io/acl_file.hpp"
#include "io/file.hpp"

#include <algorithm>
#include <utility>

namespace polyauth::tool {

namespace {

std::span<const std::byte> as_bytes(const std::string& text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

std::optional<std::string> read_acl_bytes(const std::string& path, Console& console) {
  auto contents = read_file(path, kAclFormat.size_limit);
  if (!contents) {
    console.error(path + " " + contents.error());
    return std::nullopt;
  }
  return std::move(contents->bytes);
}

std::optional<AclList> AclList::load(const std::string& path, Console& console) {
  auto bytes = read_acl_bytes(path, console);
  if (!bytes) return std::nullopt;
  AclList list;
  list.path_ = path;
  list.bytes_ = std::move(*bytes);
  if (!is_acl_image(as_bytes(list.bytes_))) {
    AclText text = parse_acl(std::exchange(list.bytes_, {}), AclLines::kKeep);
    if (text.error_count != 0) {
      const Diagnostic& first = text.errors.front();
      console.error(path + ':' + std::to_string(first.line) + ':' + std::to_string(first.column) +
                    ": " + first.text);
      console.hint("polyauthctl check acl " + path + " prints every error");
      return std::nullopt;
    }
    list.image_ = build_acl_image(text.entries);
    list.entries_ = std::move(text.entries);
    list.lines_ = std::move(text.lines);
  }
  const bool compiled = list.image_.empty();
  const auto view =
      AclView::open(compiled ? as_bytes(list.bytes_) : std::span<const std::byte>(list.image_),
                    AclView::Check::kWhole);
  if (!view) {
    console.error(path + ": " + view.error());
    return std::nullopt;
  }
  list.view_ = *view;
  return list;
}

std::string AclList::describe(const AclEntry& entry) const {
  const auto at = std::find(entries_.begin(), entries_.end(), entry) - entries_.begin();
  const std::string place = static_cast<std::size_t>(at) < lines_.size()
                                ? ':' + std::to_string(lines_[static_cast<std::size_t>(at)])
                                : ", compiled";
  return entry.to_string() + " (" + path_ + place + ')';
}

} // namespace polyauth::tool
