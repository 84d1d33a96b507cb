# SPDX-License-Identifier: Apache-2.0
# Asks apxs where httpd's and APR's headers are. Defines HTTPD::HTTPD and HTTPD::APR (headers
# only: a module's symbols are resolved by the server), HTTPD::APU (the libraries of APR, for
# programs), HTTPD_BINARY, and where an installation puts things: HTTPD_PREFIX, HTTPD_MODULE_DIR
# and HTTPD_CONF_DIR.
find_program(APXS_EXECUTABLE NAMES apxs apxs2 REQUIRED)

function(_apxs_query name out)
  execute_process(COMMAND ${APXS_EXECUTABLE} -q ${name}
    OUTPUT_VARIABLE value OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  set(${out} ${value} PARENT_SCOPE)
endfunction()

_apxs_query(INCLUDEDIR HTTPD_INCLUDE_DIR)
_apxs_query(APR_INCLUDEDIR APR_INCLUDE_DIR)
_apxs_query(APU_INCLUDEDIR APU_INCLUDE_DIR)
_apxs_query(EXTRA_CPPFLAGS HTTPD_CPPFLAGS)
_apxs_query(LIBEXECDIR HTTPD_MODULE_DIR)
_apxs_query(SYSCONFDIR HTTPD_CONF_DIR)
_apxs_query(SBINDIR HTTPD_SBIN_DIR)
_apxs_query(PROGNAME HTTPD_PROGNAME)
set(HTTPD_BINARY ${HTTPD_SBIN_DIR}/${HTTPD_PROGNAME})
# Debian's apxs does not know its own PREFIX.
cmake_path(GET HTTPD_SBIN_DIR PARENT_PATH HTTPD_PREFIX)

if(NOT EXISTS ${HTTPD_INCLUDE_DIR}/mod_ssl_openssl.h)
  message(FATAL_ERROR "mod_ssl_openssl.h is missing from ${HTTPD_INCLUDE_DIR} (Debian: apache2-ssl-dev)")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(HTTPD REQUIRED_VARS HTTPD_INCLUDE_DIR APR_INCLUDE_DIR)

if(NOT TARGET HTTPD::HTTPD)
  add_library(HTTPD::HTTPD INTERFACE IMPORTED)
  separate_arguments(HTTPD_CPPFLAGS)
  target_compile_options(HTTPD::HTTPD INTERFACE ${HTTPD_CPPFLAGS})
  target_include_directories(HTTPD::HTTPD SYSTEM INTERFACE
    ${HTTPD_INCLUDE_DIR} ${APR_INCLUDE_DIR} ${APU_INCLUDE_DIR})
endif()

if(NOT TARGET HTTPD::APR)
  add_library(HTTPD::APR INTERFACE IMPORTED GLOBAL)
  target_compile_options(HTTPD::APR INTERFACE ${HTTPD_CPPFLAGS})
  target_include_directories(HTTPD::APR SYSTEM INTERFACE ${APR_INCLUDE_DIR} ${APU_INCLUDE_DIR})
endif()

if(NOT TARGET HTTPD::APU)
  find_library(APR_LIBRARY apr-1 REQUIRED)
  find_library(APU_LIBRARY aprutil-1 REQUIRED)
  add_library(HTTPD::APU INTERFACE IMPORTED GLOBAL)
  target_link_libraries(HTTPD::APU INTERFACE HTTPD::APR ${APU_LIBRARY} ${APR_LIBRARY})
endif()
