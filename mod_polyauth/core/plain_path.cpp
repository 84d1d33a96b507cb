// SPDX-License-Identifier: Apache-2.0
#include "core/plain_path.hpp"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace polyauth {

#if defined(__SSE2__)

namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kLongest = 64; // as many as a mask has bits

__m128i all(char c) noexcept { return _mm_set1_epi8(c); }

// Which bytes are one of `count` from `first` on: one signed comparison, once `first`
// has become the least byte there is.
__m128i among(__m128i bytes, char first, int count) noexcept {
  const __m128i moved = _mm_sub_epi8(bytes, all(static_cast<char>(first - 128)));
  return _mm_cmplt_epi8(moved, all(static_cast<char>(count - 128)));
}

// Of a text, a bit for each byte, that of the first the lowest.
struct Masks {
  std::uint64_t digits = 0; // hex digits
  std::uint64_t slashes = 0;
  __m128i suspects = _mm_setzero_si128(); // not all zero: some byte is not clean by itself

  void take(const char* block, std::size_t at) noexcept {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    const __m128i lower = _mm_or_si128(bytes, all(0x20));
    digits |= bits(_mm_or_si128(among(bytes, '0', 10), among(lower, 'a', 6))) << at;
    slashes |= bits(_mm_cmpeq_epi8(bytes, all('/'))) << at;
    const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, all(c)); };
    // What is not ASCII is negative, and with one added DEL is: less than a blank as well.
    const __m128i low = _mm_cmplt_epi8(_mm_add_epi8(bytes, all(1)), all(' ' + 1));
    suspects = _mm_or_si128(
        suspects, _mm_or_si128(_mm_or_si128(low, is('%')), _mm_or_si128(is('\\'), is(';'))));
  }

  static std::uint64_t bits(__m128i bytes) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
  }
};

// The number that twelve hex digits are: each becomes its value, then neighbours are joined.
std::uint64_t number_of(const char* twelve) noexcept {
  std::uint32_t last = 0;
  std::memcpy(&last, twelve + 8, sizeof last);
  const __m128i bytes =
      _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(twelve)),
                         _mm_cvtsi32_si128(static_cast<int>(last)));
  // A letter has bit 6, and its low half counts from 1.
  const __m128i letters = _mm_and_si128(_mm_srli_epi16(bytes, 6), all(1));
  const __m128i nines = _mm_add_epi8(letters, _mm_slli_epi16(letters, 3));
  const __m128i values = _mm_add_epi8(_mm_and_si128(bytes, all(0x0f)), nines);
  const __m128i octets = _mm_and_si128(
      _mm_or_si128(_mm_slli_epi16(values, 4), _mm_srli_epi16(values, 8)), _mm_set1_epi16(0xff));
  std::uint64_t number = 0;
  _mm_storel_epi64(reinterpret_cast<__m128i*>(&number), _mm_packus_epi16(octets, octets));
  return __builtin_bswap64(number) >> 16;
}

} // namespace

bool is_plainly_own(std::string_view path, const MacAddress& own) noexcept {
  if (path.size() < kBlock || path.size() > kLongest) return false;
  Masks masks;
  const std::size_t last = path.size() - kBlock;
  for (std::size_t at = 0; at < last; at += kBlock) masks.take(path.data() + at, at);
  // The last sixteen bytes overlap those before: no byte beside the text is read.
  masks.take(path.data() + last, last);
  if (Masks::bits(masks.suspects) != 0) return false;

  // Where two, four, eight, twelve digits in a row begin.
  const std::uint64_t digits = masks.digits;
  const std::uint64_t twos = digits & digits >> 1;
  const std::uint64_t fours = twos & twos >> 2;
  const std::uint64_t eights = fours & fours >> 4;
  const std::uint64_t twelves = eights & fours >> 8;
  // A second bit would be another run, or a longer one.
  if (twelves == 0 || (twelves & (twelves - 1)) != 0) return false;
  // Two digits, another byte, two digits: and that twice, or amid four digits each. Joined
  // by '-', ':' or '.' they might be an address, or a UUID that the twelve digits end.
  const std::uint64_t gaps = twos & ~digits >> 2 & twos >> 3;
  if (((gaps & gaps >> 3) | (gaps >> 2 & fours & fours >> 5)) != 0) return false;

  const auto at = static_cast<std::size_t>(std::countr_zero(twelves));
  return masks.slashes >> at == 0 && number_of(path.data() + at) == own.bits() &&
         !own.is_placeholder();
}

#else

bool is_plainly_own(std::string_view, const MacAddress&) noexcept { return false; }

#endif

} // namespace polyauth
