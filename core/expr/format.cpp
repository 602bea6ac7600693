#include "core/expr/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "core/expr/machine.hpp"
#include "core/expr/utf8.hpp"

namespace sso::expr {
namespace {

/// One conversion, `%-10.3s`, as read.
struct Conversion {
    bool left = false;
    bool plus = false;
    bool space = false;
    bool zero = false;
    bool alternate = false;
    bool vector = false;
    std::int64_t width = 0;
    std::int64_t precision = -1;
    std::size_t argument = 0;  ///< explicit index, from 1
    char letter = 0;
};

class Formatter {
  public:
    Formatter(Machine& machine, std::string_view format, std::span<const Value> arguments)
        : machine_(machine), format_(format), arguments_(arguments) {}

    Value run() {
        while (at_ < format_.size() && !machine_.failed()) {
            if (format_[at_] != '%') {
                out_ += format_[at_++];
                continue;
            }
            const std::size_t start = at_++;
            Conversion conversion;
            if (read(conversion)) {
                convert(conversion);
            } else if (!machine_.failed()) {
                out_ += format_.substr(start, at_ - start);
            }
            if (out_.size() > machine_.limits().string_bytes) {
                return machine_.fail(ErrorCode::limit, "a text grows beyond its bound");
            }
        }
        return machine_.make_text(out_);
    }

  private:
    char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

    std::int64_t read_number() {
        std::int64_t number = 0;
        while (peek() >= '0' && peek() <= '9') {
            number = std::min<std::int64_t>(number * 10 + (peek() - '0'), std::int64_t{1} << 40U);
            ++at_;
        }
        return number;
    }

    bool read(Conversion& conversion) {
        const std::size_t before = at_;
        const std::int64_t index = read_number();
        if (index > 0 && peek() == '$') {
            conversion.argument = static_cast<std::size_t>(index);
            ++at_;
        } else {
            at_ = before;
        }
        for (bool flags = true; flags;) {
            switch (peek()) {
                case '-':
                    conversion.left = true;
                    break;
                case '+':
                    conversion.plus = true;
                    break;
                case ' ':
                    conversion.space = true;
                    break;
                case '0':
                    conversion.zero = true;
                    break;
                case '#':
                    conversion.alternate = true;
                    break;
                default:
                    flags = false;
                    break;
            }
            if (flags) ++at_;
        }
        if (peek() == 'v') {
            conversion.vector = true;
            ++at_;
        }
        if (peek() == '*') {
            ++at_;
            conversion.width = integer_of(next(0));
            if (conversion.width < 0) {
                conversion.left = true;
                conversion.width = -std::max<std::int64_t>(conversion.width, -(std::int64_t{1} << 40U));
            }
        } else {
            conversion.width = read_number();
        }
        if (peek() == '.') {
            ++at_;
            if (peek() == '*') {
                ++at_;
                conversion.precision = integer_of(next(0));
            } else {
                conversion.precision = read_number();
            }
        }
        while (peek() == 'l' || peek() == 'h' || peek() == 'q' || peek() == 'L' || peek() == 'V') ++at_;
        conversion.letter = peek();
        if (conversion.letter == '\0') return false;
        ++at_;
        constexpr std::string_view kLetters = "%csdiuoxXbBeEfFgG";
        if (kLetters.find(conversion.letter) == kLetters.npos) return false;
        if (conversion.vector && conversion.letter != 'd') return false;
        const auto most = static_cast<std::int64_t>(machine_.limits().string_bytes);
        if (conversion.width > most || conversion.precision > most) {
            machine_.fail(ErrorCode::limit, "a text grows beyond its bound");
            return false;
        }
        return true;
    }

    Value next(std::size_t index) {
        if (index > 0) return index <= arguments_.size() ? arguments_[index - 1] : Value();
        return used_ < arguments_.size() ? arguments_[used_++] : Value();
    }

    void pad(std::string_view text, const Conversion& conversion, bool zeros) {
        const auto width = static_cast<std::size_t>(conversion.width);
        const std::size_t missing = text.size() < width ? width - text.size() : 0;
        if (conversion.left) {
            out_ += text;
            out_.append(missing, ' ');
        } else if (zeros) {
            const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+' || text[0] == ' ') ? 1 : 0;
            out_ += text.substr(0, sign);
            out_.append(missing, '0');
            out_ += text.substr(sign);
        } else {
            out_.append(missing, ' ');
            out_ += text;
        }
    }

    void convert(const Conversion& conversion) {
        if (conversion.letter == '%') {
            out_ += '%';
            return;
        }
        const Value value = next(conversion.argument);
        switch (conversion.letter) {
            case 'c': {
                std::string text;
                const std::int64_t code = integer_of(value);
                if (code >= 0 && code <= 0xFF) {
                    text += static_cast<char>(code);
                } else if (code > 0 && code <= 0x10FFFF) {
                    append_utf8(static_cast<std::uint32_t>(code), text);
                }
                pad(text, conversion, conversion.zero);
                return;
            }
            case 's': {
                std::string_view text = machine_.text(value);
                if (conversion.precision >= 0) text = text.substr(0, static_cast<std::size_t>(conversion.precision));
                pad(text, conversion, conversion.zero);
                return;
            }
            case 'd':
            case 'i':
                convert_integer(value, conversion);
                return;
            case 'u':
            case 'o':
            case 'x':
            case 'X':
            case 'b':
            case 'B':
                convert_bits(value, conversion);
                return;
            default:
                convert_real(value, conversion);
                return;
        }
    }

    void convert_integer(const Value& value, const Conversion& conversion) {
        if (conversion.vector) {
            std::string joined;
            for (const char c : machine_.text(value)) {
                if (!joined.empty()) joined += '.';
                joined += std::to_string(static_cast<unsigned char>(c));
            }
            pad(joined, conversion, false);
            return;
        }
        const Number number = number_of(value);
        if (number.kind == Number::Kind::real && !std::isfinite(number.real)) {
            NumberText room;
            pad(format_real(number.real, room), conversion, false);
            return;
        }
        std::string digits =
            number.kind == Number::Kind::natural ? std::to_string(number.natural) : std::to_string(integer_of(value));
        const bool negative = digits.front() == '-';
        if (negative) digits.erase(0, 1);
        if (conversion.precision >= 0 && digits.size() < static_cast<std::size_t>(conversion.precision)) {
            digits.insert(0, static_cast<std::size_t>(conversion.precision) - digits.size(), '0');
        }
        if (negative) {
            digits.insert(digits.begin(), '-');
        } else if (conversion.plus || conversion.space) {
            digits.insert(digits.begin(), conversion.plus ? '+' : ' ');
        }
        pad(digits, conversion, conversion.zero && conversion.precision < 0);
    }

    void convert_bits(const Value& value, const Conversion& conversion) {
        const Number number = number_of(value);
        std::uint64_t bits =
            number.kind == Number::Kind::natural ? number.natural : static_cast<std::uint64_t>(integer_of(value));
        const char letter = conversion.letter;
        const unsigned base = letter == 'u' ? 10 : letter == 'o' ? 8 : letter == 'b' || letter == 'B' ? 2 : 16;
        const std::string_view alphabet = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        std::string digits;
        const bool zero = bits == 0;
        do {
            digits.insert(digits.begin(), alphabet[bits % base]);
            bits /= base;
        } while (bits != 0);
        if (conversion.precision >= 0 && digits.size() < static_cast<std::size_t>(conversion.precision)) {
            digits.insert(0, static_cast<std::size_t>(conversion.precision) - digits.size(), '0');
        }
        if (conversion.alternate && !zero) {
            if (base != 8) digits.insert(digits.begin(), letter);
            digits.insert(digits.begin(), '0');
        }
        pad(digits, conversion, conversion.zero && conversion.precision < 0);
    }

    void convert_real(const Value& value, const Conversion& conversion) {
        constexpr std::int64_t kMostDigits = 500;
        const double number = number_of(value).as_real();
        if (!std::isfinite(number)) {
            NumberText room;
            pad(format_real(number, room), conversion, false);
            return;
        }
        std::string specification = "%";
        if (conversion.plus) specification += '+';
        if (conversion.space) specification += ' ';
        if (conversion.alternate) specification += '#';
        specification += ".*";
        specification += conversion.letter;
        std::array<char, 1024> text{};
        const int precision =
            conversion.precision < 0 ? 6 : static_cast<int>(std::min(conversion.precision, kMostDigits));
        // the letters are checked above; the format holds nothing from outside
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        const int length = std::snprintf(text.data(), text.size(), specification.c_str(), precision, number);
#pragma GCC diagnostic pop
        pad({text.data(), static_cast<std::size_t>(length)}, conversion, conversion.zero);
    }

    Machine& machine_;
    std::string_view format_;
    std::span<const Value> arguments_;
    std::size_t at_ = 0;
    std::size_t used_ = 0;
    std::string out_;
};

}  // namespace

Value format(Machine& machine, std::span<const Value> arguments) {
    if (arguments.empty()) return Value::of(std::string_view(""));
    const std::string_view text = machine.text(arguments.front());
    if (machine.failed()) return {};
    return Formatter(machine, text, arguments.subspan(1)).run();
}

}  // namespace sso::expr
