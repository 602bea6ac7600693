// One Redis client for all rooms above.
