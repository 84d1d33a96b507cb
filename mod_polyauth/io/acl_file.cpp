// SPDX-License-Identifier: Apache-2.0
#include "io/acl_file.hpp"

#include "core/acl_text.hpp"

namespace polyauth {

namespace {

// A list stands by itself: nothing of the context matters.
Compilation compile_acl(std::string_view bytes, const CompileContext&) {
  Compilation compilation;
  AclText text = parse_acl(bytes);
  compilation.errors = std::move(text.errors);
  compilation.error_count = text.error_count;
  if (text.denial_failed) compilation.grave = std::move(text.denial_error);
  if (text.error_count != 0) return compilation;
  AclCounts counts;
  compilation.image = build_acl_image(text.entries, &counts);
  compilation.summary = "devices=" + std::to_string(counts.devices) +
                        " ranges=" + std::to_string(counts.ranges) +
                        " denials=" + std::to_string(counts.denials);
  return compilation;
}

bool is_whole_acl(std::span<const std::byte> image) {
  return static_cast<bool>(AclView::open(image, AclView::Check::kWhole));
}

} // namespace

const FileFormat kAclFormat = {FileKind::kAcl, kMaxAclBytes, compile_acl, is_whole_acl};

Result<PublishedAcl> PublishedAcl::open_published(std::span<const std::byte> image) {
  auto list = AclView::open(image, AclView::Check::kLayout);
  if (!list) return Error{list.error()};
  return PublishedAcl{std::move(*list)};
}

} // namespace polyauth
