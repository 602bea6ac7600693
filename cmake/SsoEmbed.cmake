# Templates and static files become part of the program: one file is all that is installed, and none of it can be of
# another version.
#
# sso_embed(OUT var NAMESPACE sso::portal FILES templates/x.tpl …): generates a source with `const gateway::Embedded
# kEmbedded` in that namespace (declared by the room), and puts its path into `var`. Paths are below the room's folder.
#
# The same file is the script that writes the source: cmake -DOUTPUT=… -DROOT=… -DNAMESPACE=… -DFILES=a|b -P SsoEmbed.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${FILES}")
  set(entries "")
  set(together "")
  foreach(file IN LISTS files)
    file(READ "${ROOT}/${file}" text)
    string(APPEND together "${text}")
    string(APPEND entries "    {\"${file}\", R\"embedded(${text})embedded\"},\n")
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
  cmake_parse_arguments(ARG "" "OUT;NAMESPACE" "FILES" ${ARGN})
  list(TRANSFORM ARG_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE paths)
  list(JOIN ARG_FILES "|" files)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DROOT=${CMAKE_CURRENT_SOURCE_DIR}" "-DNAMESPACE=${ARG_NAMESPACE}"
      "-DFILES=${files}" -P "${SSO_EMBED_SCRIPT}"
    DEPENDS ${paths} "${SSO_EMBED_SCRIPT}" VERBATIM)
  set(${ARG_OUT} "${output}" PARENT_SCOPE)
endfunction()
