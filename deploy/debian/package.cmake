# The Debian package, made by scripts/package. What it depends on, dpkg-shlibdeps reads from the program.
set(KARMEN_PACKAGE_CONTACT "Karmen maintainers <karmen@packages.invalid>" CACHE STRING "Who answers for the package")
string(TIMESTAMP KARMEN_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)

# As Debian 12 has it; an absolute path, because units do not stand below the prefix.
set(units /lib/systemd/system)
set(doc share/doc/karmen)
install(TARGETS karmen RUNTIME DESTINATION bin)
install(FILES deploy/debian/karmen.toml DESTINATION /etc/karmen PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(DIRECTORY deploy/systemd/ DESTINATION ${units} FILES_MATCHING PATTERN "*.service")
install(FILES deploy/nginx/api.conf deploy/nginx/webcams.conf DESTINATION share/karmen/nginx)
install(FILES deploy/nginx/karmen.conf DESTINATION ${doc}/examples/nginx)
install(FILES deploy/README.md docs/operations.md deploy/debian/copyright DESTINATION ${doc})
if(KARMEN_WEB)
  install(FILES web/docs/viewer/swagger-ui-bundle.js.LICENSE.txt DESTINATION ${doc})
endif()
install(FILES deploy/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME karmen)

# Debian wants its own form of changelog, compressed. The version is that of the package, which is known when it is made.
install(CODE "
  set(version \"\${CPACK_PACKAGE_VERSION}\")
  if(NOT version)
    set(version \"${PROJECT_VERSION}\")
  endif()
  set(out \"${CMAKE_BINARY_DIR}/package/changelog\")
  file(WRITE \"\${out}\" \"karmen (\${version}) bookworm; urgency=medium

  * CHANGELOG.md of the sources says what changed.

 -- ${KARMEN_PACKAGE_CONTACT}  ${KARMEN_PACKAGE_DATE}
\")
  execute_process(COMMAND gzip --force --best --no-name \"\${out}\" COMMAND_ERROR_IS_FATAL ANY)
")
install(FILES ${CMAKE_BINARY_DIR}/package/changelog.gz DESTINATION ${doc})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME karmen)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "${KARMEN_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "backend for people who run many 3D printers")
set(CPACK_PACKAGE_DESCRIPTION
"Karmen keeps the list of network-connected 3D printers, checks them all the
time, stores G-code, sends it to a printer and starts the print, shows the
webcams, and decides who may do what. People and slicers reach it through a
REST API; printers are reached through OctoPrint.
.
The service is one process with an SQLite database and needs nothing else. It
also runs as many processes on PostgreSQL and Redis.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx, lua-nginx-redis, postgresql, redis-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts "${CMAKE_SOURCE_DIR}/deploy/debian")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${scripts}/conffiles" "${scripts}/postinst" "${scripts}/prerm" "${scripts}/postrm")
include(CPack)
