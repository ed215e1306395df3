# Flags that every target of ours gets (imported libraries do not). Designated initializers are there to leave members out.
add_library(karmen_flags INTERFACE)
target_compile_options(karmen_flags INTERFACE
  -Wall -Wextra -Wno-missing-designated-field-initializers -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
target_include_directories(karmen_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")

# karmen_module(<folder> DEPS …): library karmen_<folder> of its sources, and karmen_<folder>_test of its *_test.cpp.
function(karmen_module name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(target karmen_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE karmen_flags)
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}/src")
  endif()
  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} karmen_flags GTest::gmock GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE KARMEN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    # Slow discovery under sanitizers is why the tests are listed when they run, not when they are built.
    gtest_discover_tests(${target}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()

# The migrations are part of the program: one binary, no files to lose.
function(karmen_embed_sql target folder)
  file(GLOB sql CONFIGURE_DEPENDS "${folder}/*.sql")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp")
  add_custom_command(OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${sql}" -P "${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake"
    DEPENDS ${sql} "${CMAKE_SOURCE_DIR}/cmake/EmbedSql.cmake" VERBATIM)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_sources(${target} PRIVATE "${out}")
  endif()
endfunction()
