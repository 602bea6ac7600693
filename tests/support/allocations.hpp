// Counts heap allocations, for the tests that hold a function to "allocates nothing". A test that links
// sso_test_support and calls this gets counting versions of operator new in its whole binary.
#pragma once

#include <cstddef>

namespace sso::test {

/// How often this thread has called operator new since it began.
std::size_t allocations() noexcept;

/// How often `function` calls operator new, in this thread: EXPECT_EQ(allocations_during([&] { … }), 0u);
template <class Function>
std::size_t allocations_during(Function&& function) {
    const std::size_t before = allocations();
    function();
    return allocations() - before;
}

}  // namespace sso::test
