#include "core/rules/subject_memo.hpp"

#include <cstring>
#include <new>

namespace sso::rules {

std::unique_ptr<SubjectMemo> SubjectMemo::make(std::uint64_t policy, std::size_t rules,
                                               const std::vector<Header>& headers, bool is_complete) {
    static_assert(sizeof(SubjectMemo) % alignof(ReadyHeader) == 0, "headers stand behind the object");
    std::size_t size = sizeof(SubjectMemo) + headers.size() * sizeof(ReadyHeader) + rules;
    for (const Header& header : headers) size += header.value ? header.value->size() + 1 : 0;
    void* const memory = std::memset(::operator new(size), 0, size);  // no truth is known
    return std::unique_ptr<SubjectMemo>(::new (memory) SubjectMemo(policy, rules, size, headers, is_complete));
}

SubjectMemo::SubjectMemo(std::uint64_t policy, std::size_t rules, std::size_t size, const std::vector<Header>& headers,
                         bool is_complete) noexcept
    : SessionMemo(policy),
      header_count_(static_cast<std::uint32_t>(headers.size())),
      size_(static_cast<std::uint32_t>(size) & 0x7FFF'FFFFU),
      is_complete_(is_complete ? 1 : 0) {
    char* place = behind();
    char* text = place + headers.size() * sizeof(ReadyHeader) + rules;
    for (const Header& header : headers) {
        const ReadyHeader ready{header.name, header.value ? text : nullptr};
        std::memcpy(place, &ready, sizeof ready);
        place += sizeof ready;
        if (header.value) text += header.value->copy(text, header.value->size()) + 1;
    }
}

}  // namespace sso::rules
