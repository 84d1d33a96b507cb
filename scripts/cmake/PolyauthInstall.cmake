# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where. Component `module`: the module, its settings for
# a2enmod, the manuals and the examples. Component `tool`: polyauthctl, its man page, and what
# a server runs by a timer. Nothing is enabled or started, and `--prefix` moves all of it.
include(GNUInstallDirs)
# find_package() ran in the folder of the sources.
find_package(HTTPD REQUIRED)

set(module_doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/libapache2-mod-polyauth)
set(program_dir ${CMAKE_INSTALL_LIBEXECDIR}/polyauth)

# Below the prefix as httpd's own modules are below that of httpd.
cmake_path(IS_PREFIX HTTPD_PREFIX ${HTTPD_MODULE_DIR} inside)
if(NOT inside)
  message(FATAL_ERROR "apxs: LIBEXECDIR ${HTTPD_MODULE_DIR} is not below ${HTTPD_PREFIX}")
endif()
cmake_path(RELATIVE_PATH HTTPD_MODULE_DIR BASE_DIRECTORY ${HTTPD_PREFIX} OUTPUT_VARIABLE module_dir)

# ---- module ----------------------------------------------------------------------------------
install(TARGETS mod_polyauth COMPONENT module LIBRARY DESTINATION ${module_dir}
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES README.md SECURITY.md COMPONENT module DESTINATION ${module_doc})
# All that an administrator reads or copies; what is installed for use is not here again.
install(DIRECTORY conf COMPONENT module DESTINATION ${module_doc}
  PATTERN systemd EXCLUDE REGEX "/conf/polyauth[.](load|conf)$" EXCLUDE)

# ---- tool ------------------------------------------------------------------------------------
install(TARGETS polyauthctl COMPONENT tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES mod_polyauth/tool/polyauthctl.8 COMPONENT tool
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
# Not in a bin folder: fetch-crl is also the name of a program of Debian's.
install(PROGRAMS scripts/fetch-crl scripts/acl-from-postgresql COMPONENT tool
  DESTINATION ${program_dir})

# ---- files that name the places of others, which only the installation knows -------------------
foreach(component module tool)
  install(CODE "
    set(component ${component})
    set(source_dir \"${PROJECT_SOURCE_DIR}\")
    set(work_dir \"${PROJECT_BINARY_DIR}/installed\")
    set(httpd_prefix \"${HTTPD_PREFIX}\")
    set(httpd_conf_dir \"${HTTPD_CONF_DIR}\")
    set(module_dir \"${module_dir}\")
    set(program_dir \"${program_dir}\")" COMPONENT ${component})
  install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/InstallSettings.cmake COMPONENT ${component})
endforeach()
