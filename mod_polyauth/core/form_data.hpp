// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyauth {

// The fields of application/x-www-form-urlencoded, decoded, in their order.
class FormData {
public:
  // Nothing if a '%' is not followed by two hex digits, or a decoded name or value is not
  // UTF-8 or holds a control byte: no field of ours does.
  [[nodiscard]] static std::optional<FormData> parse(std::string_view body);

  // The one value of a field; nothing if there is none, or more than one.
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const noexcept;

private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

} // namespace polyauth
