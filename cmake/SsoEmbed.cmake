# Templates and static files become part of the program: one file is all that is installed, and none of it can be of
# another version.
#
# sso_embed(OUT var NAMESPACE sso::portal FILES templates/x.tpl … SHARED static/base.css …): generates a source with
# `const gateway::Embedded kEmbedded` in that namespace (declared by the room), and puts its path into `var`. FILES are
# below the room's folder, SHARED below gateway/.
#
# The same file is the script that writes the source: cmake -DOUTPUT=… -DNAMESPACE=… -DFILES=name=path|… -P SsoEmbed.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${FILES}")
  set(entries "")
  set(together "")
  foreach(file IN LISTS files)
    string(REGEX MATCH "^([^=]+)=(.*)$" both "${file}")
    set(name "${CMAKE_MATCH_1}")
    file(READ "${CMAKE_MATCH_2}" text)
    if(name MATCHES "\\.(css|js)$")  # a tenth of their weight is indentation, which means nothing in either
      string(REGEX REPLACE "\n[ \t]+" "\n" text "${text}")
    endif()
    string(APPEND together "${text}")
    string(APPEND entries "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  string(SHA256 version "${together}")
  string(SUBSTRING "${version}" 0 12 version)
  file(WRITE "${OUTPUT}" "// Made by cmake/SsoEmbed.cmake.
#include \"gateway/embedded.hpp\"

namespace ${NAMESPACE} {

extern const gateway::Embedded kEmbedded;

namespace {
constexpr gateway::EmbeddedFile kFiles[] = {
${entries}};
}  // namespace

const gateway::Embedded kEmbedded{kFiles, \"${version}\"};

}  // namespace ${NAMESPACE}
")
  return()
endif()

set(SSO_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
function(sso_embed)
  cmake_parse_arguments(ARG "" "OUT;NAMESPACE" "FILES;SHARED" ${ARGN})
  set(paths "")
  set(pairs "")
  foreach(file IN LISTS ARG_FILES)
    list(APPEND paths "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    list(APPEND pairs "${file}=${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  endforeach()
  foreach(file IN LISTS ARG_SHARED)
    list(APPEND paths "${CMAKE_SOURCE_DIR}/gateway/${file}")
    list(APPEND pairs "${file}=${CMAKE_SOURCE_DIR}/gateway/${file}")
  endforeach()
  list(JOIN pairs "|" pairs)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DNAMESPACE=${ARG_NAMESPACE}" "-DFILES=${pairs}"
      -P "${SSO_EMBED_SCRIPT}"
    DEPENDS ${paths} "${SSO_EMBED_SCRIPT}" VERBATIM)
  set(${ARG_OUT} "${output}" PARENT_SCOPE)
endfunction()
