# SPDX-License-Identifier: Apache-2.0
# Runs at installation: settings and units with the paths of this prefix. A prefix that the
# system's own httpd looks after (/usr, /usr/local) has its settings where a2enmod finds
# them; any other has them below itself.
string(REGEX REPLACE "/$" "" prefix "${CMAKE_INSTALL_PREFIX}")

if(prefix STREQUAL httpd_prefix OR prefix STREQUAL "${httpd_prefix}/local")
  set(conf_dir "${httpd_conf_dir}")
else()
  set(conf_dir "${prefix}/etc/apache2")
endif()

# install_text NAME TEXT FOLDER: honours DESTDIR, and leaves what is the same untouched.
function(install_text name text folder)
  file(WRITE "${work_dir}/${name}" "${text}")
  file(INSTALL DESTINATION "${folder}" TYPE FILE FILES "${work_dir}/${name}")
endfunction()

if(component STREQUAL module)
  file(READ "${source_dir}/conf/polyauth.load" text)
  string(REPLACE "/usr/lib/apache2/modules/" "${prefix}/${module_dir}/" text "${text}")
  install_text(polyauth.load "${text}" "${conf_dir}/mods-available")
  file(READ "${source_dir}/conf/polyauth.conf" text)
  install_text(polyauth.conf "${text}" "${conf_dir}/mods-available")
else()
  foreach(unit polyauth-acl.service polyauth-acl.timer polyauth-crl.service polyauth-crl.timer)
    file(READ "${source_dir}/conf/systemd/${unit}" text)
    # What the comment says of installing is done.
    string(REGEX REPLACE "#     install -m [^\n]*\n" "" text "${text}")
    string(REPLACE "/usr/local/bin/" "${prefix}/${program_dir}/" text "${text}")
    install_text(${unit} "${text}" "${prefix}/lib/systemd/system")
  endforeach()
endif()
