# cmake --install: the module where httpd looks for it, the programs where conf/apache expects them, and examples beside
# what an administrator wrote. Honours DESTDIR.
execute_process(COMMAND ${SSO_APXS} -q LIBEXECDIR OUTPUT_VARIABLE httpd_modules OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
install(TARGETS mod_sso LIBRARY DESTINATION "${httpd_modules}")
install(TARGETS sso-portal sso-manager RUNTIME DESTINATION lib/mod_sso)
install(TARGETS ssoctl sso-register RUNTIME DESTINATION bin)
install(PROGRAMS registration/client/sso-enrol DESTINATION bin)
install(PROGRAMS registration/client/rsyncsend DESTINATION lib/mod_sso)
install(FILES registration/client/sso-enrol.8 DESTINATION share/man/man8)
install(DIRECTORY conf/ssh conf/systemd DESTINATION share/doc/mod_sso)
install(FILES docs/registration.md DESTINATION share/doc/mod_sso)
file(GLOB apache_snippets CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/conf/apache/*.conf")
install(FILES ${apache_snippets} DESTINATION /etc/apache2/conf-available)
install(FILES conf/sso.toml.example DESTINATION /etc/mod_sso)
install(DIRECTORY conf/nginx conf/caddy conf/traefik DESTINATION share/doc/mod_sso)
install(FILES conf/other-ways.toml DESTINATION share/doc/mod_sso)
