# SPDX-License-Identifier: Apache-2.0
# cirque_library, cirque_program and cirque_test: one call per folder, files by name, dependencies by name.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

add_library(cirque-options INTERFACE)
target_include_directories(cirque-options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(cirque-options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror=switch-enum -Werror=unused-result -Werror=return-type
  $<$<BOOL:${CIRQUE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # ccache may only share a precompiled header whose content does not name the time of its making
  target_compile_options(cirque-options INTERFACE -Wconversion -Wno-sign-conversion "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(cirque-options INTERFACE -fuse-ld=lld)
endif()
target_link_options(cirque-options INTERFACE -static-libstdc++ -static-libgcc)
if(CIRQUE_FUZZ)
  # the fuzzer sees which way a parser took only in code that is compiled for it
  target_compile_options(cirque-options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CIRQUE_SANITIZE)
  target_compile_options(cirque-options INTERFACE -fsanitize=${CIRQUE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(cirque-options INTERFACE -fsanitize=${CIRQUE_SANITIZE})
endif()

# cirque_library(NAME [SOURCES file...] [DEPS library...]): the static library cirque-NAME, or an interface library
# when it has only headers. All share the precompiled header of cirque-base.
function(cirque_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_SOURCES)
    add_library(cirque-${name} INTERFACE)
    target_link_libraries(cirque-${name} INTERFACE cirque-options ${ARG_DEPS})
    return()
  endif()
  add_library(cirque-${name} STATIC ${ARG_SOURCES})
  target_link_libraries(cirque-${name} PUBLIC cirque-options ${ARG_DEPS})
  if(name STREQUAL base)
    target_precompile_headers(cirque-base PRIVATE ${CMAKE_SOURCE_DIR}/src/base/pch.hh)
  else()
    target_precompile_headers(cirque-${name} REUSE_FROM cirque-base)
  endif()
endfunction()

# Starting a shared program costs more than starting a static one: 1.3 ms instead of 0.6 ms for `cirque --version`.
option(CIRQUE_STATIC "Link the programs statically" ON)

# cirque_program(NAME SOURCES file... DEPS library...): the program NAME in the build folder.
function(cirque_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cirque-options ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM cirque-base)
  if(CIRQUE_STATIC AND NOT CIRQUE_SANITIZE)
    target_link_options(${name} PRIVATE -static)
  endif()
endfunction()

set(CIRQUE_TEST_OPTIONS -O1)

# For the sources of tests: GoogleTest is read once, and nobody waits for their speed.
function(cirque_test_sources target)
  target_precompile_headers(${target} REUSE_FROM cirque-test-header)
  target_compile_options(${target} PRIVATE ${CIRQUE_TEST_OPTIONS})
endfunction()

# cirque_test(NAME SOURCES file... DEPS library... [TIMEOUT seconds]): the GoogleTest program NAME-test.
function(cirque_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name}-test ${ARG_SOURCES})
  target_link_libraries(${name}-test PRIVATE cirque-options ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  target_include_directories(${name}-test PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${name}-test PRIVATE CIRQUE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  cirque_test_sources(${name}-test)
  set_target_properties(${name}-test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name}-test)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS unit)
  # ./dev sanitize builds these and what they need, no more
  if(NOT TARGET unit-tests)
    add_custom_target(unit-tests)
  endif()
  add_dependencies(unit-tests ${name}-test)
endfunction()
