# SPDX-License-Identifier: Apache-2.0
# `cpack -G DEB` in the build folder makes libapache2-mod-polyauth and polyauth-tools.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME mod-polyauth)
set(CPACK_PACKAGE_VENDOR "mod_polyauth maintainers")
set(CPACK_PACKAGE_CONTACT "mod_polyauth maintainers <maintainers@mod-polyauth.invalid>")
# Each package has its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_COMPONENTS_ALL module tool)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES ON)
# Debian's places, whatever the prefix of this build; with it /etc is inside the package.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/DebianFiles.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# The ABI of this httpd, and that of its mod_ssl, whose hooks the module uses. apache2-bin
# provides both names; a server with another ABI does not.
set(httpd_abi "")
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY)
  execute_process(COMMAND ${DPKG_QUERY} -W -f "\${Provides}" apache2-bin
    OUTPUT_VARIABLE httpd_abi OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

set(CPACK_DEBIAN_MODULE_PACKAGE_NAME libapache2-mod-polyauth)
set(CPACK_DEBIAN_MODULE_PACKAGE_DEPENDS "${httpd_abi}")
set(CPACK_DEBIAN_MODULE_PACKAGE_RECOMMENDS "apache2 (>= 2.4.6-4~), polyauth-tools")
set(CPACK_DEBIAN_MODULE_PACKAGE_SUGGESTS "libaprutil1-dbd-sqlite3, libaprutil1-dbd-pgsql")
set(CPACK_DEBIAN_MODULE_DESCRIPTION
"per-device authorization of phones for Apache httpd
Serves a phone, known by the TLS client certificate that its maker built in,
the provisioning files that are its own and those that all phones share, and
refuses everything else, whichever way httpd takes to a file.
.
The module is installed, not enabled: it governs nothing before 'a2enmod
polyauth' and 'PolyAuth On' in a virtual host. No server is restarted by
this package.")

set(CPACK_DEBIAN_TOOL_PACKAGE_NAME polyauth-tools)
set(CPACK_DEBIAN_TOOL_PACKAGE_RECOMMENDS "curl, openssl")
set(CPACK_DEBIAN_TOOL_PACKAGE_SUGGESTS "libapache2-mod-polyauth, postgresql-client")
set(CPACK_DEBIAN_TOOL_DESCRIPTION
"checks and explains what mod_polyauth decides
polyauthctl checks lists of phones and files of passwords before they go
live, says what a request would get and why, and compiles large lists.
.
With it come a fetcher of certificate revocation lists, a maker of the list
of phones from PostgreSQL, and systemd timers for both, not enabled.")

foreach(component MODULE TOOL)
  set(folder ${PROJECT_SOURCE_DIR}/scripts/debian/${CPACK_DEBIAN_${component}_PACKAGE_NAME})
  set(CPACK_DEBIAN_${component}_PACKAGE_CONTROL_EXTRA
    ${folder}/postinst ${folder}/prerm ${folder}/postrm)
endforeach()
list(APPEND CPACK_DEBIAN_MODULE_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/scripts/debian/libapache2-mod-polyauth/conffiles)

# DebianFiles.cmake needs it.
set(CPACK_POLYAUTH_SOURCE_DIR ${PROJECT_SOURCE_DIR})
include(CPack)
