#include "core/rules/subject_memo.hpp"

#include <cstring>

namespace sso::rules {

SubjectMemo::SubjectMemo(std::uint64_t policy, std::size_t rules, const std::vector<Header>& headers, bool is_complete)
    : SessionMemo(policy), header_count_(static_cast<std::uint32_t>(headers.size())), is_complete_(is_complete) {
    const std::size_t texts = headers.size() * sizeof(ReadyHeader) + rules;
    std::size_t size = texts;
    for (const Header& header : headers) size += header.value ? header.value->size() + 1 : 0;
    size_ = static_cast<std::uint32_t>(size);
    memory_ = std::make_unique<char[]>(size);  // all zero: nothing known
    char* text = memory_.get() + texts;
    char* place = memory_.get();
    for (const Header& header : headers) {
        const ReadyHeader ready{header.name, header.value ? text : nullptr};
        std::memcpy(place, &ready, sizeof ready);
        place += sizeof ready;
        if (header.value) text += header.value->copy(text, header.value->size()) + 1;
    }
}

}  // namespace sso::rules
