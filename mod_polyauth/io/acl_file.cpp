// SPDX-License-Identifier: Apache-2.0
#include "io/acl_file.hpp"

#include "core/acl_text.hpp"

namespace polyauth {

namespace {

std::string summary_of(const AclCounts& counts) {
  return "devices=" + std::to_string(counts.devices) + " ranges=" + std::to_string(counts.ranges) +
         " denials=" + std::to_string(counts.denials);
}

Compilation refuse(std::string problem) {
  Compilation compilation;
  compilation.errors.push_back({1, 1, std::move(problem)});
  compilation.error_count = 1;
  return compilation;
}

Compilation adopt_image(std::span<const std::byte> image) {
  const auto list = AclView::open(image, AclView::Check::kWhole);
  if (!list) return refuse(list.error());
  const AclCounts counts = list->counts();
  if (counts.devices + counts.ranges == 0)
    return refuse("the compiled list admits nobody, which is taken for a mistake");
  Compilation compilation;
  compilation.is_image = true;
  compilation.summary = summary_of(counts);
  return compilation;
}

// A list stands by itself: nothing of the context matters.
Compilation compile_acl(std::string_view bytes, const CompileContext&) {
  if (bytes.starts_with(kAclImageMark)) return adopt_image(std::as_bytes(std::span(bytes)));
  Compilation compilation;
  AclText text = parse_acl(bytes);
  compilation.errors = std::move(text.errors);
  compilation.error_count = text.error_count;
  if (text.denial_failed) compilation.grave = std::move(text.denial_error);
  if (text.error_count != 0) return compilation;
  AclCounts counts;
  compilation.image = build_acl_image(text.entries, &counts);
  compilation.summary = summary_of(counts);
  return compilation;
}

bool is_whole_acl(std::span<const std::byte> image) {
  return static_cast<bool>(AclView::open(image, AclView::Check::kWhole));
}

} // namespace

const FileFormat kAclFormat = {
    FileKind::kAcl, {kMaxAclBytes, kAclImageMark, kMaxCompiledAclBytes}, compile_acl, is_whole_acl};

Result<PublishedAcl> PublishedAcl::open_published(std::span<const std::byte> image) {
  auto list = AclView::open(image, AclView::Check::kLayout);
  if (!list) return Error{list.error()};
  return PublishedAcl{std::move(*list)};
}

} // namespace polyauth
