# How a room, a program and a test are built: one compiler line for all of our code.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(SSO_FUZZ "build the libFuzzer targets (clang)" OFF)
set(SSO_SANITIZE "" CACHE STRING "comma list for -fsanitize=")

find_program(SSO_CCACHE ccache)
if(SSO_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SSO_CCACHE}")
endif()

add_library(sso_flags INTERFACE)
target_include_directories(sso_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(sso_flags INTERFACE SSO_VERSION="${PROJECT_VERSION}")
target_compile_options(sso_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-qual -Woverloaded-virtual -Wformat=2 -fstack-protector-strong -fno-semantic-interposition)
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  if(NOT SSO_SANITIZE)
    target_compile_options(sso_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  endif()
endif()
target_link_options(sso_flags INTERFACE -Wl,-z,relro,-z,now)
if(SSO_SANITIZE)
  # gcc's flow warnings count the sanitizer's own branches
  target_compile_options(sso_flags INTERFACE -fsanitize=${SSO_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-array-bounds>)
  target_link_options(sso_flags INTERFACE -fsanitize=${SSO_SANITIZE})
endif()

# sso_room(NAME session SOURCES a.cpp … LINKS rooms and libraries …): the static library sso_<name> of core/<name>.
# A room links only rooms below it: the linker then enforces what tests/layout reads from the includes.
function(sso_room)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINKS;PRIVATE" ${ARGN})
  add_library(sso_${ARG_NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(sso_${ARG_NAME} PUBLIC sso_flags ${ARG_LINKS} PRIVATE ${ARG_PRIVATE})
endfunction()

# sso_manual(sso-x manual [COMPLETION]): installs the manual page that `sso-x manual` prints, and bash's completion from
# `sso-x completion`; both come of the declarations that --help reads.
function(sso_manual PROGRAM ARGUMENT)
  cmake_parse_arguments(ARG "COMPLETION" "" "" ${ARGN})
  add_custom_command(TARGET ${PROGRAM} POST_BUILD COMMAND ${PROGRAM} ${ARGUMENT} > ${PROGRAM}.8 VERBATIM)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${PROGRAM}.8" DESTINATION share/man/man8)
  if(ARG_COMPLETION)
    add_custom_command(TARGET ${PROGRAM} POST_BUILD COMMAND ${PROGRAM} completion > ${PROGRAM}.bash VERBATIM)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${PROGRAM}.bash"
      DESTINATION share/bash-completion/completions RENAME ${PROGRAM})
  endif()
endfunction()

# sso_test(NAME x_test SOURCES … LINKS …): a GoogleTest binary, one ctest entry, 120 s at most.
# SERVERS slapd …: it runs beside private servers, which sandbox/with_servers.py starts.
function(sso_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;LINKS;LABELS;SERVERS" ${ARGN})
  if(SSO_FUZZ)
    return()
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE sso_flags ${ARG_LINKS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${ARG_NAME} PRIVATE SSO_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(ARG_SERVERS)
    add_test(NAME ${ARG_NAME} COMMAND /usr/bin/python3 -m sandbox.with_servers ${ARG_SERVERS} -- $<TARGET_FILE:${ARG_NAME}>
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  else()
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# sso_fuzz(NAME x_fuzz SOURCES … LINKS …): with the fuzz preset a libFuzzer binary; otherwise the same code replays
# tests/fuzz/corpus/<name> as an ordinary test.
function(sso_fuzz)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINKS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE sso_flags ${ARG_LINKS})
  set(corpus "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${ARG_NAME}")
  if(SSO_FUZZ)
    target_link_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${ARG_NAME} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cpp")
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} "${corpus}")
    set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT 120 LABELS fuzz)
  endif()
endfunction()
