#include "core/rules/subject_memo.hpp"

#include <cstring>
#include <new>

namespace sso::rules {

std::unique_ptr<SubjectMemo> SubjectMemo::make(std::uint64_t policy, std::size_t rules, std::span<const Header> headers,
                                               std::string_view texts, bool is_complete) {
    static_assert(sizeof(SubjectMemo) % alignof(ReadyHeader) == 0, "headers stand behind the object");
    const std::size_t size = sizeof(SubjectMemo) + headers.size() * sizeof(ReadyHeader) + rules + texts.size();
    void* const memory = ::operator new(size);
    std::unique_ptr<SubjectMemo> memo(::new (memory) SubjectMemo(policy, headers.size(), size, is_complete));
    char* place = memo->behind();
    char* const truths = place + headers.size() * sizeof(ReadyHeader);
    char* text = truths + rules;
    std::memset(truths, kUnknown, rules);
    texts.copy(text, texts.size());
    for (const Header& header : headers) {
        const ReadyHeader ready{header.name, header.size ? text : nullptr};
        std::memcpy(place, &ready, sizeof ready);
        place += sizeof ready;
        if (header.size) text += *header.size + 1;
    }
    return memo;
}

}  // namespace sso::rules
