// What is dear to make and can be used again, one at a time.
#pragma once

#include <atomic>
#include <memory>

namespace sso {

/// Keeps one between uses. Whoever finds it gone makes another; of two that come back one stays. Any thread, no lock.
template <class T>
class Spare {
  public:
    constexpr Spare() noexcept = default;
    Spare(const Spare&) = delete;
    Spare& operator=(const Spare&) = delete;
    ~Spare() { delete kept_.load(std::memory_order_acquire); }

    struct GiveBack {
        Spare* home;
        void operator()(T* used) const noexcept { delete home->kept_.exchange(used, std::memory_order_acq_rel); }
    };
    using Handle = std::unique_ptr<T, GiveBack>;

    /// What was kept, or what `make` makes; null if that is null. This outlives it.
    template <class Make>
    Handle take(Make&& make) {
        T* kept = kept_.exchange(nullptr, std::memory_order_acq_rel);
        return Handle(kept != nullptr ? kept : make(), GiveBack{this});
    }

  private:
    std::atomic<T*> kept_{nullptr};
};

}  // namespace sso
