# Flags that every target of ours gets (imported libraries do not). Designated initializers are there to leave members out.
add_library(karmen_flags INTERFACE)
target_compile_options(karmen_flags INTERFACE
  -Wall -Wextra -Wno-missing-designated-field-initializers -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  "SHELL:-Xclang -fno-pch-timestamp")
target_include_directories(karmen_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")

# What nearly every file reads, read once. Without it a build from nothing takes about a third longer. Sources include what
# they use all the same: the dev preset builds without.
option(KARMEN_PRECOMPILE "Precompile the headers that nearly every file includes" ON)
set(KARMEN_COMMON_HEADERS
  <algorithm> <array> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <optional> <random> <set> <span>
  <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
set(KARMEN_COMMON_TEST_HEADERS ${KARMEN_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)

# karmen_precompiled(<name> HEADERS … DEPS … OPTIONS …): what karmen_use_precompiled(<target> <name>) takes over.
function(karmen_precompiled name)
  if(NOT KARMEN_PRECOMPILE)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS;OPTIONS" ${ARGN})
  add_library(${name} OBJECT "${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp")
  target_link_libraries(${name} PRIVATE karmen_flags ${ARG_DEPS})
  target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(karmen_use_precompiled target name)
  if(KARMEN_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

# karmen_module(<folder> DEPS … TESTS …): library karmen_<folder> of its sources, and karmen_<folder>_test of its *_test.cpp.
# A row names every module whose headers the folder includes, even if another brings it along: scripts/check-layers holds the
# sources to that. TESTS: what only tests include.
function(karmen_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;TESTS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(target karmen_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE karmen_flags)
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    karmen_use_precompiled(${target} karmen_common)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}/src")
  endif()
  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} ${ARG_TESTS} karmen_flags GTest::gmock GTest::gtest_main)
    # Half the time to compile, and no test measures time.
    target_compile_options(${target}_test PRIVATE -O0)
    karmen_use_precompiled(${target}_test karmen_common_test)
    # Slow discovery under sanitizers is why the tests are listed when they run, not when they are built.
    gtest_discover_tests(${target}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()

karmen_precompiled(karmen_common HEADERS ${KARMEN_COMMON_HEADERS} DEPS fmt::fmt Threads::Threads)
karmen_precompiled(karmen_common_test HEADERS ${KARMEN_COMMON_TEST_HEADERS} DEPS fmt::fmt Threads::Threads GTest::gmock
                   OPTIONS -O0)

# The migrations are part of the program: one binary, no files to lose.
# karmen_embed_sql(<target> <folder> <function>): <function> of karmen::storage gives what is in <folder>.
function(karmen_embed_sql target folder function_name)
  file(GLOB sql CONFIGURE_DEPENDS "${folder}/*.sql")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${function_name}.cpp")
  add_custom_command(OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${function_name} "-DFILES=${sql}" -P "${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake"
    DEPENDS ${sql} "${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake" VERBATIM)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_sources(${target} PRIVATE "${out}")
  endif()
endfunction()
