// What is dear to make and can be used again, one at a time.
#pragma once

#include <atomic>
#include <memory>

namespace sso {

/// Keeps one between uses. Whoever finds it gone makes another; of two that come back one stays. Any thread, no lock.
/// What is kept is not destroyed with this: as a static object it has no end, for httpd unloads the module while its
/// threads live on.
template <class T, class Delete = std::default_delete<T>>
class Spare {
  public:
    constexpr Spare() noexcept = default;
    Spare(const Spare&) = delete;
    Spare& operator=(const Spare&) = delete;

    struct GiveBack {
        Spare* home;
        void operator()(T* used) const noexcept { dispose(home->kept_.exchange(used, std::memory_order_acq_rel)); }
    };
    using Handle = std::unique_ptr<T, GiveBack>;

    /// What was kept, or what `make` makes; null if that is null.
    template <class Make>
    Handle take(Make&& make) {
        T* kept = kept_.exchange(nullptr, std::memory_order_acq_rel);
        return Handle(kept != nullptr ? kept : make(), GiveBack{this});
    }
    /// Does not keep what was taken: it may not be as it should.
    static void drop(Handle& handle) noexcept { dispose(handle.release()); }

  protected:
    static void dispose(T* other) noexcept {
        if (other != nullptr) Delete()(other);
    }

    std::atomic<T*> kept_{nullptr};
};

/// One whose end is that of what it keeps.
template <class T>
class OwnSpare : public Spare<T> {
  public:
    ~OwnSpare() { this->dispose(this->kept_.load(std::memory_order_acquire)); }
};

}  // namespace sso
