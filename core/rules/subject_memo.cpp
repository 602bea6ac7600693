#include "core/rules/subject_memo.hpp"

#include <cstring>

namespace sso::rules {

SubjectMemo::SubjectMemo(std::uint64_t policy, std::size_t rules, const std::vector<Value>& headers)
    : SessionMemo(policy), headers_(static_cast<std::uint32_t>(headers.size())) {
    std::size_t size = headers.size() * sizeof(Place) + rules;
    std::vector<Place> places;
    for (const Value& header : headers) {
        places.push_back({});
        if (!header) continue;
        places.back() = {static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(header->size())};
        size += header->size() + 1;
    }
    size_ = static_cast<std::uint32_t>(size);
    memory_ = std::make_unique<char[]>(size);  // all zero: no text, nothing known
    if (headers.empty()) return;
    std::memcpy(memory_.get(), places.data(), places.size() * sizeof(Place));
    for (std::size_t i = 0; i < headers.size(); ++i) {
        if (headers[i]) headers[i]->copy(memory_.get() + places[i].begin, headers[i]->size());
    }
}

}  // namespace sso::rules
