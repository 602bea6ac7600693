# The libraries we stand on, all from Debian's packages (scripts/packages.txt), each as one target whose headers are
# system headers: warnings are errors in our code and silent in others'.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)

function(sso_pkg target module)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${module})
  add_library(lib::${target} ALIAS PkgConfig::${target})
endfunction()
sso_pkg(pcre2 libpcre2-8)
sso_pkg(hiredis hiredis)
sso_pkg(lmdb lmdb)
sso_pkg(ctemplate libctemplate)
sso_pkg(tomlplusplus tomlplusplus)

function(sso_library target library header)
  find_library(SSO_${target}_LIBRARY ${library} REQUIRED)
  find_path(SSO_${target}_INCLUDE ${header} REQUIRED)
  add_library(lib_${target} INTERFACE)
  target_link_libraries(lib_${target} INTERFACE "${SSO_${target}_LIBRARY}")
  target_include_directories(lib_${target} SYSTEM INTERFACE "${SSO_${target}_INCLUDE}")
  add_library(lib::${target} ALIAS lib_${target})
endfunction()
sso_library(fcgi fcgi fcgiapp.h)
sso_library(ldap ldap ldap.h)
sso_library(lber lber lber.h)

# httpd and APR: headers and compiler flags as apxs tells them; the module's symbols are httpd's to resolve.
find_program(SSO_APXS NAMES apxs apxs2 REQUIRED)
execute_process(COMMAND ${SSO_APXS} -q INCLUDEDIR OUTPUT_VARIABLE httpd_include OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
pkg_check_modules(apr REQUIRED IMPORTED_TARGET apr-1 apr-util-1)
add_library(lib_httpd INTERFACE)
target_include_directories(lib_httpd SYSTEM INTERFACE "${httpd_include}")
target_link_libraries(lib_httpd INTERFACE PkgConfig::apr)
add_library(lib::httpd ALIAS lib_httpd)
