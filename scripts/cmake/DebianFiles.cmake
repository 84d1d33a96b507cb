# SPDX-License-Identifier: Apache-2.0
# Runs in cpack, after the installation into its folder and before the packages are made:
# what Debian wants of a package and an installation from the sources does not have.
set(source "${CPACK_POLYAUTH_SOURCE_DIR}")
find_program(GZIP gzip REQUIRED)
# Paths below are those of the folder already.
unset(ENV{DESTDIR})

function(compressed input output)
  execute_process(COMMAND ${GZIP} -9nc "${input}" OUTPUT_FILE "${output}" COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD "${output}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# SOURCE_DATE_EPOCH, if set, is this time.
string(TIMESTAMP now "%s" UTC)
set(ENV{LC_ALL} C)
execute_process(COMMAND date -u -R -d "@${now}" OUTPUT_VARIABLE date
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${CPACK_TEMPORARY_DIRECTORY}/changelog"
"mod-polyauth (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) stable; urgency=medium

  * Package of mod_polyauth ${CPACK_PACKAGE_VERSION}; changelog.gz says what changed.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")

foreach(component module tool)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(root "${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share")
  if(NOT IS_DIRECTORY "${root}")
    message(FATAL_ERROR "there is no ${root}")
  endif()
  file(INSTALL DESTINATION "${root}/doc/${package}" TYPE FILE FILES
    "${source}/scripts/debian/copyright")
  compressed("${CPACK_TEMPORARY_DIRECTORY}/changelog" "${root}/doc/${package}/changelog.Debian.gz")
  compressed("${source}/CHANGELOG.md" "${root}/doc/${package}/changelog.gz")
  # Folders have the mode that the umask gave them.
  execute_process(COMMAND find "${CPACK_TEMPORARY_DIRECTORY}/${component}" -type d
    -exec chmod 0755 {} + COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB pages "${root}/man/man*/*.[0-9]")
  foreach(page ${pages})
    compressed("${page}" "${page}.gz")
    file(REMOVE "${page}")
  endforeach()
endforeach()
file(REMOVE "${CPACK_TEMPORARY_DIRECTORY}/changelog")
