// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/section_checks.hpp"

#include "apache/messages.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace polyauth::apache {

namespace {

using ascii::equal_ignoring_case;

class SectionChecks {
public:
  SectionChecks(const std::vector<ConfigLine>& lines, const std::vector<Governed>& governed,
                Complaints& complaints)
      : lines_(lines), governed_(governed), complaints_(complaints) {}

  void run() {
    check_require_stands_alone();
    check_none_is_switched_off();
    check_dav_is_not_above();
    check_settings_act();
  }

private:
  void check_require_stands_alone() {
    for (const Governed& section : governed_) {
      if (!section.by_require) continue;
      const bool also_on =
          std::any_of(governed_.begin(), governed_.end(), [&](const Governed& other) {
            return !other.by_require && !other.audit && other.line->host == section.line->host &&
                   other.line->sections.size() <= section.line->sections.size() &&
                   std::equal(other.line->sections.begin(), other.line->sections.end(),
                              section.line->sections.begin());
          });
      if (also_on) continue;
      for (const ConfigLine& line : lines_) {
        const bool satisfy = line.is("Satisfy") && line.has_word("Any");
        const bool override_auth = (&line == override_of(section) &&
                                    (line.has_word("AuthConfig") || line.has_word("All"))) ||
                                   (line.is("AllowOverrideList") && line.has_word("Require"));
        if (!satisfy && !override_auth) continue;
        if (section.line->host != nullptr && !reaches(line, section.line->host)) continue;
        if (overlap(line.sections, section.line->sections) != Overlap::kSure) continue;
        complaints_.warn(
            PA1013, line,
            satisfy ? "Satisfy Any lets other rules open a section that relies on Require "
                      "polyauth; write "
                      "PolyAuth On there, or Satisfy All"
                    : "AllowOverride lets a .htaccess file replace Require polyauth, and phones "
                      "may upload "
                      "files; write PolyAuth On there, or AllowOverride None");
      }
    }
  }

  // httpd merges each <Location> after all files, and of several by the order in which they are
  // written, not by their paths.
  void check_none_is_switched_off() {
    const auto kind = [](const ConfigLine& line) {
      return std::string_view(line.sections.front()->directive);
    };
    for (const Governed& section : governed_) {
      const ConfigLine& on = *section.line;
      if (section.by_require || on.sections.size() != 1 || ascii::starts_with(kind(on), "<If") ||
          ascii::starts_with(kind(on), "<Else") || is_required(on))
        continue;
      const bool by_order = ascii::starts_with(kind(on), "<Location");
      for (const ConfigLine& off : lines_) {
        if (!off.is("PolyAuth") || !off.has_word("Off") || off.host != on.host ||
            off.sections.size() != 1 || off.sections == on.sections || !covers(off, on))
          continue;
        if (!equal_ignoring_case(kind(off), "<Location") || (by_order && &off < &on)) continue;
        complaints_.warn(
            PA1024, on,
            "nothing is checked here: PolyAuth Off at " + off.where() +
                " is in a <Location> that httpd merges later; " +
                (by_order ? "write that section before this one" : "write a <Directory> there") +
                ", or remove its PolyAuth Off");
        break;
      }
    }
  }

  // Whether a Require that PolyAuth Off does not take back is written for this place.
  bool is_required(const ConfigLine& place) const {
    return std::any_of(governed_.begin(), governed_.end(), [&](const Governed& section) {
      return section.by_require && covers(*section.line, place);
    });
  }

  // mod_dav copies and deletes a folder with all that lies in it, and asks for the folder alone.
  void check_dav_is_not_above() {
    for (const ConfigLine& dav : lines_) {
      if (!dav.is("Dav") || dav.sections.empty() || dav.has_word("Off")) continue;
      const ConfigLine* const here = in_force(lines_, "PolyAuth", dav);
      if (is_required(dav) || (here != nullptr && !here->has_word("Off"))) continue;
      // Files are the same in each host, URLs are not.
      const bool by_file = ascii::starts_with(dav.sections.front()->directive, "<Directory");
      const auto below =
          std::find_if(governed_.begin(), governed_.end(), [&](const Governed& section) {
            const ConfigLine& on = *section.line;
            const bool met = by_file || on.host == nullptr || reaches(dav, on.host);
            return met && contains(dav.sections, on.sections);
          });
      if (below != governed_.end())
        complaints_.warn(PA1025, dav,
                         "whoever may use WebDAV here may copy and delete what the section at " +
                             below->line->where() +
                             " governs, and mod_dav asks nobody about it; write Dav On in a "
                             "section beside that one, or PolyAuth On here");
    }
  }

  // An ACL alone admits and refuses nobody.
  void check_settings_act() {
    static constexpr std::string_view kSettings[] = {"PolyAuthAclFile",
                                                     "PolyAuthCACertificateFile",
                                                     "PolyAuthCARevocationFile",
                                                     "PolyAuthIdentity",
                                                     "PolyAuthMatch",
                                                     "PolyAuthSharedFiles",
                                                     "PolyAuthUploads"};
    for (const ConfigLine& line : lines_) {
      if (std::none_of(std::begin(kSettings), std::end(kSettings),
                       [&](std::string_view name) { return line.is(name); }))
        continue;
      // Where somebody has written PolyAuth Off, it is meant.
      const bool acts = std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& other) {
        const bool switches = other.is("PolyAuth") || other.is("PolyAuthPage") ||
                              (other.is("Require") &&
                               (other.has_word("polyauth") || other.has_word("polyauth-device")));
        return switches && (line.host == nullptr || reaches(other, line.host)) &&
               overlap(line.sections, other.sections) != Overlap::kNone;
      });
      if (!acts)
        complaints_.warn(PA1016, line,
                         std::string(line.node->directive) +
                             " does nothing here: no section that it reaches "
                             "has PolyAuth On, PolyAuth Audit or Require "
                             "polyauth; write PolyAuth On");
    }
  }

  // The AllowOverride that counts for a section: that of the longest path above it.
  const ConfigLine* override_of(const Governed& section) const {
    const ConfigLine* found = nullptr;
    const auto depth = [](const ConfigLine& line) {
      return line.sections.empty() ? 0 : std::strlen(line.sections.front()->args);
    };
    for (const ConfigLine& line : lines_)
      if (line.is("AllowOverride") &&
          overlap(line.sections, section.line->sections) == Overlap::kSure &&
          (found == nullptr || depth(line) >= depth(*found)))
        found = &line;
    return found;
  }

  const std::vector<ConfigLine>& lines_;
  const std::vector<Governed>& governed_;
  Complaints& complaints_;
};

} // namespace

void check_sections(const std::vector<ConfigLine>& lines, const std::vector<Governed>& governed,
                    Complaints& complaints) {
  SectionChecks(lines, governed, complaints).run();
}

} // namespace polyauth::apache
