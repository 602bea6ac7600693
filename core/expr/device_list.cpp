#include "core/expr/device_list.hpp"

#include <cstdint>
#include <string>

#include "core/base/text.hpp"
#include "core/expr/utf8.hpp"

namespace sso::expr {
namespace {

/// A strict reader of JSON that remembers the one member asked for. The room has no JSON library, and one array of
/// flat objects is all there is to read.
class DeviceReader {
  public:
    DeviceReader(std::string_view json, std::string_view type) : in_(json), type_(type) {}

    std::size_t run() {
        blanks();
        if (!array(true)) return 0;
        blanks();
        return at_ == in_.size() ? count_ : 0;
    }

  private:
    static constexpr int kDeepest = 16;

    char peek() const { return at_ < in_.size() ? in_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    void blanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
    }

    bool array(bool devices) {
        if (!take('[')) return false;
        blanks();
        if (take(']')) return true;
        while (true) {
            blanks();
            if (!(devices ? device() : value())) return false;
            blanks();
            if (take(']')) return true;
            if (!take(',')) return false;
        }
    }

    bool device() {
        if (peek() != '{') {
            // not an object: a device of no type
            if (type_.empty()) ++count_;
            return value();
        }
        std::string found;
        if (!object(&found)) return false;
        if (type_.empty() || equal_ignoring_case(found, type_)) ++count_;
        return true;
    }

    bool object(std::string* type) {
        if (!take('{')) return false;
        blanks();
        if (take('}')) return true;
        while (true) {
            blanks();
            std::string name;
            if (!string(name)) return false;
            blanks();
            if (!take(':')) return false;
            blanks();
            if (type != nullptr && name == "type" && peek() == '"') {
                type->clear();
                if (!string(*type)) return false;
            } else if (!value()) {
                return false;
            }
            blanks();
            if (take('}')) return true;
            if (!take(',')) return false;
        }
    }

    bool value() {
        if (++depth_ > kDeepest) return false;
        const bool good = value_inside();
        --depth_;
        return good;
    }

    bool value_inside() {
        std::string ignored;
        switch (peek()) {
            case '"':
                return string(ignored);
            case '{':
                return object(nullptr);
            case '[':
                return array(false);
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    bool word(std::string_view expected) {
        if (in_.substr(at_, expected.size()) != expected) return false;
        at_ += expected.size();
        return true;
    }

    bool digits() {
        const std::size_t start = at_;
        while (peek() >= '0' && peek() <= '9') ++at_;
        return at_ > start;
    }

    bool number() {
        static_cast<void>(take('-'));
        if (!digits()) return false;
        if (take('.') && !digits()) return false;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            return digits();
        }
        return true;
    }

    bool string(std::string& out) {
        if (!take('"')) return false;
        while (at_ < in_.size()) {
            const char c = in_[at_++];
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') {
                out += c;
                continue;
            }
            const char escape = peek();
            ++at_;
            switch (escape) {
                case '"':
                case '\\':
                case '/':
                    out += escape;
                    break;
                case 'b':
                    out += '\b';
                    break;
                case 'f':
                    out += '\f';
                    break;
                case 'n':
                    out += '\n';
                    break;
                case 'r':
                    out += '\r';
                    break;
                case 't':
                    out += '\t';
                    break;
                case 'u':
                    if (!code_unit(out)) return false;
                    break;
                default:
                    return false;
            }
        }
        return false;
    }

    bool code_unit(std::string& out) {
        std::uint32_t code = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = static_cast<char>(peek() | 0x20);
            const bool digit = peek() >= '0' && peek() <= '9';
            if (!digit && (c < 'a' || c > 'f')) return false;
            code = code * 16 + static_cast<std::uint32_t>(digit ? peek() - '0' : c - 'a' + 10);
            ++at_;
        }
        append_utf8(code, out);
        return true;
    }

    std::string_view in_;
    std::string_view type_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    int depth_ = 0;
};

}  // namespace

std::size_t count_devices(std::string_view json, std::string_view type) {
    return DeviceReader(json, type).run();
}

}  // namespace sso::expr
