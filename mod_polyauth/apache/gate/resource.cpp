// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/resource.hpp"

#include "apache/config.hpp"
#include "apache/gate/request_state.hpp"
#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/mac_scan.hpp"

#include <cstring>
#include <string_view>

namespace polyauth::apache {

namespace {

constexpr std::string_view kProxyPrefix = "proxy:";

std::string_view view(const char* text) noexcept {
  return text != nullptr && *text != '\0' ? std::string_view(text) : std::string_view();
}

std::string_view keep(apr_pool_t* p, std::string_view text) {
  return {apr_pstrmemdup(p, text.data(), text.size()), text.size()};
}

// The part of `file` below `root`, or nothing if it lies elsewhere.
std::optional<std::string_view> below(std::string_view file, std::string_view root) noexcept {
  while (root.ends_with('/')) root.remove_suffix(1);
  if (root.empty() || !ascii::starts_with(file, root)) return std::nullopt;
  file.remove_prefix(root.size());
  if (!file.empty() && !file.starts_with('/')) return std::nullopt;
  return file;
}

// The mapped file below the document root or Alias that mapped it. A look-up by
// file name inherits neither: its parent knows them. What lies elsewhere, such
// as the target of a rewrite to a file system path, counts as a whole.
std::string_view mapped_file(request_rec* r, std::string_view file) {
  for (request_rec* p = r; p != nullptr; p = p->main != nullptr ? p->main : p->prev) {
    if (const char* const alias = ap_context_prefix(p); alias != nullptr && *alias != '\0') {
      const std::string_view target = view(ap_context_document_root(p));
      // A target that a request has chosen must not hide an address.
      const bool chosen =
          globals(p->server).has_alias_expression && next_mac(target, 0, std::nullopt);
      if (!chosen)
        if (const auto path = below(file, target)) return *path;
    }
    if (const auto path = below(file, server_config(p->server).document_root)) return *path;
  }
  return file;
}

// The path and query of "proxy:scheme://host:port/path?query" and of
// "proxy:unix:/socket|scheme://host/path".
std::string_view sent_url(std::string_view filename) noexcept {
  filename.remove_prefix(kProxyPrefix.size());
  if (filename.starts_with("unix:")) {
    const std::size_t bar = filename.find('|');
    if (bar != std::string_view::npos) filename.remove_prefix(bar + 1);
  }
  const std::size_t scheme = filename.find("://");
  if (scheme == std::string_view::npos) return filename;
  filename.remove_prefix(scheme + 3);
  const std::size_t path = filename.find_first_of("/?");
  return path == std::string_view::npos ? std::string_view() : filename.substr(path);
}

// With ProxyPass mapping=encoded httpd does not decode the path. A '%' in it may
// also be what is left of a doubly encoded one, which stays as it is and is
// refused: the client has sent "%25" then.
std::string_view decoded_path(request_rec* r, std::string_view path) {
  if (path.find('%') == std::string_view::npos ||
      view(r->unparsed_uri).find("%25") != std::string_view::npos)
    return path;
  return keep(r->pool, percent_decode(path));
}

} // namespace

bool reads_named_file(request_rec* r) noexcept {
  const auto is_empty = [](const char* text) { return text == nullptr || *text == '\0'; };
  const auto is_get = [](const char* name) {
    return name != nullptr && name[0] == 'G' && name[1] == 'E' && name[2] == 'T' && name[3] == '\0';
  };
  if (!is_get(r->method) || !is_empty(r->path_info) || !is_empty(r->args)) return false;
  if (backend_handler(r) != nullptr) return false;
  const std::string_view root = server_config(r->server).document_root;
  return r->uri != nullptr && *r->uri == '/' && r->filename != nullptr && !root.empty() &&
         std::strncmp(r->filename, root.data(), root.size()) == 0 &&
         std::strcmp(r->filename + root.size(), r->uri) == 0 && is_empty(ap_context_prefix(r));
}

Resource describe_resource(request_rec* r, Handler handler, bool from_own_file) {
  const std::string_view filename = view(r->filename);
  const std::string_view path_info = view(r->path_info);
  const bool exists = r->finfo.filetype != APR_NOFILE && r->finfo.filetype != APR_DIR;
  if (ascii::starts_with(filename, kProxyPrefix))
    return {view(r->method),
            decoded_path(r, view(r->uri)),
            path_info,
            exists,
            view(r->args),
            sent_url(filename),
            true,
            handler,
            from_own_file};
  std::string_view mapped = mapped_file(r, filename);
  // What does not exist yet is split where the file system ends.
  if (!exists && !path_info.empty())
    mapped = view(apr_pstrcat(r->pool, keep(r->pool, mapped).data(), path_info.data(), nullptr));
  // A look-up by file name outside the directory has no URL.
  const std::string_view path = has_url(r) ? view(r->uri) : mapped;
  const char* const backend = backend_handler(r);
  const std::string_view base = backend != nullptr ? sent_url(backend) : std::string_view();
  // What mod_proxy puts before the file may be made of the request.
  if (!base.empty())
    mapped = view(
        apr_pstrcat(r->pool, keep(r->pool, base).data(), keep(r->pool, mapped).data(), nullptr));
  return {view(r->method), path,          path_info, exists,       view(r->args),
          mapped,          !base.empty(), handler,   from_own_file};
}

} // namespace polyauth::apache
