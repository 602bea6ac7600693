"""How long mod_sso serves sessions that it remembers while the store does not answer. One place, so that a longer promise
changes one line; each test that reads it says what holds before and after that time."""

CACHED_SECONDS = 1.0  # SSOLease of the tests: how long what is remembered serves when the store is silent

STORE_TIMEOUT = 0.5    # SSOStoreTimeout of the tests: what a request waits for the store, once
SLACK = 0.4            # for a busy machine, less than a second time-out would take
DIRECTIVES = f"SSOStoreTimeout {round(STORE_TIMEOUT * 1000)}\nSSOLease {round(CACHED_SECONDS)}"
