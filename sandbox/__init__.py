"""Private instances of httpd, slapd and redis: on free loopback ports, in temporary folders, stopped by process id.

The demo and the tests start everything through this package, so that both run the same system."""
