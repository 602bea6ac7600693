"""What tests/bench/handler is made of: scenarios, contestants, and the two ways of measuring them."""
