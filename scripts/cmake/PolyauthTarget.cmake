# SPDX-License-Identifier: Apache-2.0
include(CheckIPOSupported)
check_ipo_supported(RESULT POLYAUTH_IPO OUTPUT ignored LANGUAGES CXX)

# The flags of every target of ours. Nothing global is set.
function(polyauth_target target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF C_EXTENSIONS ON # APR needs gnu11
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wformat=2
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wsign-conversion -Wold-style-cast
      -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi>
    # False positives of g++ 12 on concatenated strings (GCC bug 105329).
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
    # A unique symbol would keep the module from being unloaded at a restart.
    $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>
    # Symbols are bound at load (-z now): a stub for each call would only cost.
    -fno-plt
    $<$<BOOL:${POLYAUTH_WARNINGS_AS_ERRORS}>:-Werror>)
  # The rooms are small and call each other in every request.
  if(POLYAUTH_IPO AND NOT POLYAUTH_SANITIZER)
    set_target_properties(${target} PROPERTIES
      INTERPROCEDURAL_OPTIMIZATION_RELEASE ON INTERPROCEDURAL_OPTIMIZATION_RELWITHDEBINFO ON)
  endif()
  if(POLYAUTH_SANITIZER)
    target_compile_options(${target} PRIVATE -fsanitize=${POLYAUTH_SANITIZER}
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${POLYAUTH_SANITIZER})
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-fstack-protector-strong>)
    target_compile_definitions(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
  endif()
  target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
endfunction()
