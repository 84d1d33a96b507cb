// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"

#include <string>

// What the log says of the files that are followed.
namespace polyauth::apache {

// PA1002: nothing can be done with the file as it is.
void report_unusable(server_rec* s, int level, const NamedFile& file, const std::string& problem);

// PA1001: every error of a file.
void report_errors(server_rec* s, int level, const NamedFile& file,
                   const std::vector<Diagnostic>& errors, std::size_t error_count);

// PA2006: remarks about a file that is good enough.
void report_warnings(server_rec* s, const FollowedFile& file,
                     const std::vector<Diagnostic>& warnings);

// PA2004: a restart has found nothing that could be in force.
void report_nothing_in_force(server_rec* s, const FollowedFile& file);

// PA2001 to PA2004 and PA2006: what one look at the file has led to, if anything.
void report_refresh(server_rec* s, const FollowedFile& file, const Refresh& refresh);

// PA2005: what is published cannot be read. One of the processes says it, once.
void report_lost(server_rec* s, const FollowedFile& file, PublicationSlot& slot);

// PA2007: a CRL in force was to be replaced at `due`, seconds since the epoch. Once a
// generation, by one of the processes.
void report_overdue(server_rec* s, const FollowedFile& file, PublicationSlot& slot,
                    std::uint64_t generation, std::int64_t due);

} // namespace polyauth::apache
