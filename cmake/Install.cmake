# SPDX-License-Identifier: Apache-2.0
# What an installation holds, and the Debian package made of it (./dev package). The leader is found beside the program
# by ../libexec/cirque (app/local/program-files.cc).
include(GNUInstallDirs)

set(CIRQUE_MAINTAINER "Cirque maintainers <maintainers@cirque.example>" CACHE STRING "Who made the package")
set(manual_folder ${CMAKE_BINARY_DIR}/manual)
set(doc_folder ${CMAKE_INSTALL_DATADIR}/doc/cirque)

# The date of the source, so that the same source gives the same package.
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%cD
  OUTPUT_VARIABLE CIRQUE_DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT CIRQUE_DATE)
  set(CIRQUE_DATE "Thu, 01 Jan 1970 00:00:00 +0000")
endif()
configure_file(${CMAKE_SOURCE_DIR}/packaging/debian/changelog.in ${CMAKE_BINARY_DIR}/changelog @ONLY)

add_custom_command(
  OUTPUT ${manual_folder}.stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual_folder}
  COMMAND cirque __docs man ${manual_folder}
  COMMAND sh -c "gzip -9nf '${manual_folder}'/*.1 && gzip -9nc '${CMAKE_BINARY_DIR}/changelog' > '${manual_folder}/changelog.gz'"
  COMMAND ${CMAKE_COMMAND} -E touch ${manual_folder}.stamp
  DEPENDS cirque ${CMAKE_BINARY_DIR}/changelog
  VERBATIM)
add_custom_target(cirque-manual DEPENDS ${manual_folder}.stamp)

install(TARGETS cirque RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS cirque-leader cirque-agent-program RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/cirque)
install(DIRECTORY ${manual_folder}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1.gz")
install(FILES src/cli/completion/cirque.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME cirque)
install(FILES src/cli/completion/_cirque DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES src/cli/completion/cirque.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md packaging/debian/copyright DESTINATION ${doc_folder})
install(DIRECTORY examples DESTINATION ${doc_folder})
install(DIRECTORY docs/guide docs/reference DESTINATION ${doc_folder}/docs)
install(FILES docs/contracts.md docs/nix.md DESTINATION ${doc_folder}/docs)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cirque)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "local-first continuous integration for Nix users")
set(CPACK_PACKAGE_DESCRIPTION "Cirque runs pipelines that are written in Nix on this machine: a graph
of jobs, each in a folder of its own, with conditions, retries, timeouts,
artifacts and logs that hold every byte. It needs neither nixpkgs nor the
network nor a daemon.")
set(CPACK_PACKAGE_CONTACT ${CIRQUE_MAINTAINER})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# the programs are static: nothing else is needed
set(CPACK_DEBIAN_PACKAGE_DEPENDS "bash (>= 4), git, nix-bin | nix")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bubblewrap, podman, openssh-client, systemd-container") # places other than local
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
# only what the package of Debian needs
install(FILES ${manual_folder}/changelog.gz DESTINATION ${doc_folder} COMPONENT Unspecified)
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME cirque)
include(CPack)
