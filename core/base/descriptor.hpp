// A file descriptor that closes itself, and writing all of a text to one.
#pragma once

#include <unistd.h>

#include <string_view>

namespace sso {

/// Owns the descriptor `number`; a negative one is none.
class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }

  private:
    int number_;
};

/// Writes the whole of `text`, however often the system interrupts or cuts it short. @return false with errno set
bool write_all(int descriptor, std::string_view text) noexcept;

}  // namespace sso
