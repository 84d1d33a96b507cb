// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/rule_book.hpp"

#include <optional>

// What an answer about the device means to questions 1 to 9: the reason of the refusal, or
// nothing where it is none.
namespace polyauth {

[[nodiscard]] std::optional<Reason> refusal_of(CertificateState state) noexcept;
[[nodiscard]] std::optional<Reason> refusal_of(Validity validity) noexcept;
[[nodiscard]] std::optional<Reason> refusal_of(Trust trust) noexcept;
[[nodiscard]] std::optional<Reason> refusal_of(Revocation revocation) noexcept;
[[nodiscard]] Reason refusal_of(IdentityFault fault) noexcept;
[[nodiscard]] std::optional<Reason> refusal_of(AclAnswer answer) noexcept;

} // namespace polyauth
