// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace polyauth {

// Why there is no value: a sentence for an administrator, lower case, no full
// stop: what is wrong, what was seen, what is accepted.
struct Error {
  std::string text;
};

// A place in an input and what is wrong there. Line and column count from 1;
// the column counts bytes.
struct Diagnostic {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string text;
};

// Either a value or the reason there is none. g++ 12 has no std::expected;
// this is the part of it we use.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return state_.index() == 0; }
  [[nodiscard]] const T& operator*() const { return std::get<0>(state_); }
  [[nodiscard]] T& operator*() { return std::get<0>(state_); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] T* operator->() { return &std::get<0>(state_); }
  [[nodiscard]] const std::string& error() const { return std::get<1>(state_).text; }

private:
  std::variant<T, Error> state_;
};

} // namespace polyauth
