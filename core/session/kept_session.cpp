#include "core/session/kept_session.hpp"

#include <algorithm>
#include <cstring>

#include "core/http/header.hpp"
#include "core/session/binary.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kMostLists = 64;
constexpr std::size_t kOfMalloc = 16;  // about what each piece of memory takes beside itself

std::size_t weight_of(const AttributeValue& value) noexcept;

std::size_t weight_of(const Attributes& attributes) noexcept {
    std::size_t bytes = kOfMalloc;
    for (const auto& [name, value] : attributes)
        bytes += sizeof(Attributes::Entry) + name.capacity() + weight_of(value);
    return bytes;
}

/// About what a value holds outside itself.
std::size_t weight_of(const AttributeValue& value) noexcept {
    if (const std::string* const text = value.text()) return text->capacity();
    if (const Attributes* const members = value.members()) return weight_of(*members);
    std::size_t bytes = 0;
    if (const AttributeValue::List* const list = value.list()) {
        for (const AttributeValue& element : *list) bytes += sizeof element + weight_of(element);
    }
    return bytes;
}

bool same_names(const Attributes& list, std::span<const JsonMembers::Member> members) noexcept {
    return std::equal(list.begin(), list.end(), members.begin(), members.end(),
                      [](const auto& one, const auto& other) { return one.first == other.name; });
}

}  // namespace

std::shared_ptr<const Attributes> NameLists::of(std::span<const JsonMembers::Member> members) {
    const std::scoped_lock lock(mutex_);
    if (auto found = find([&](const Known& known) { return same_names(*known.list, members); })) return found;
    Attributes list;
    std::int64_t place = 0;
    for (const auto& member : members) list.set(member.name, place++);
    return add(std::move(list));
}

std::shared_ptr<const Attributes> NameLists::of_written(std::string_view names) {
    const std::scoped_lock lock(mutex_);
    if (auto found = find([&](const Known& known) { return known.written == names; })) return found;
    Attributes list;
    std::int64_t place = 0;
    std::string_view last;
    for (BinaryReader reader(names); !reader.at_end(); ++place) {
        const auto name = reader.text();
        if (!name || (place > 0 && *name <= last)) return nullptr;
        list.set(*name, place);
        last = *name;
    }
    return add(std::move(list));
}

std::string NameLists::written(const Attributes& list) {
    BinaryWriter names;
    for (const auto& [name, place] : list) names.text(name);
    return std::move(names).take();
}

template <class Same>
std::shared_ptr<const Attributes> NameLists::find(Same&& same) {
    const auto found = std::find_if(known_.begin(), known_.end(), same);
    if (found == known_.end()) return nullptr;
    std::rotate(known_.begin(), found, found + 1);
    return known_.front().list;
}

std::shared_ptr<const Attributes> NameLists::add(Attributes list) {
    if (known_.size() == kMostLists) known_.pop_back();
    std::string names = written(list);
    return known_.insert(known_.begin(), {std::make_shared<const Attributes>(std::move(list)), std::move(names)})->list;
}

KeptAttributes::KeptAttributes(std::span<const JsonMembers::Member> members, std::shared_ptr<const Attributes> names,
                               std::string_view user)
    : names_(std::move(names)) {
    std::size_t end = sizeof(std::uint32_t) + user.size() + 1 + members.size() * sizeof(std::uint32_t);
    std::size_t size = end;
    for (const auto& member : members) size += member.text.size();
    memory_ = std::make_unique_for_overwrite<char[]>(size);
    const auto put = [&](std::size_t at, std::size_t number) {
        const auto word = static_cast<std::uint32_t>(number);
        std::memcpy(memory_.get() + at, &word, sizeof word);
    };
    put(0, user.size());
    user.copy(memory_.get() + sizeof(std::uint32_t), user.size());
    memory_[ends() - 1] = '\0';
    std::vector<Other> others;
    std::size_t place = 0;
    for (const auto& [name, text, other] : members) {
        if (other != nullptr) others.emplace_back(place, *other);
        end += text.copy(memory_.get() + end, text.size());
        put(ends() + place++ * sizeof(std::uint32_t), other != nullptr ? end | kOther : end);
    }
    if (!others.empty()) others_ = std::make_unique<const std::vector<Other>>(std::move(others));
}

KeptAttributes::KeptAttributes(const KeptAttributes& other)
    : names_(other.names_),
      memory_(std::make_unique<char[]>(other.size())),
      others_(other.others_ == nullptr ? nullptr : std::make_unique<const std::vector<Other>>(*other.others_)) {
    std::memcpy(memory_.get(), other.memory_.get(), other.size());
}

std::uint32_t KeptAttributes::end(std::size_t place) const noexcept {
    return word(ends() + place * sizeof(std::uint32_t));
}

std::string_view KeptAttributes::text(std::size_t place) const noexcept {
    const std::size_t begin = place == 0 ? ends() + names_->size() * sizeof(std::uint32_t) : end(place - 1) & ~kOther;
    return {memory_.get() + begin, (end(place) & ~kOther) - begin};
}

std::size_t KeptAttributes::size() const noexcept {
    return names_->empty() ? ends() : end(names_->size() - 1) & ~kOther;
}

bool KeptAttributes::is_sound(std::size_t size) const noexcept {
    constexpr std::size_t kWord = sizeof(std::uint32_t);
    if (size < kWord || word(0) >= size - kWord || memory_[ends() - 1] != '\0') return false;
    if (names_->size() > (size - ends()) / kWord) return false;
    std::size_t last = ends() + names_->size() * kWord;
    for (std::size_t place = 0; place < names_->size(); ++place) {
        const std::size_t next = end(place) & ~kOther;
        if (next < last || next > size) return false;
        last = next;
    }
    return last == size;
}

void KeptAttributes::write(BinaryWriter& record) const {
    record.text(NameLists::written(*names_));
    record.text({memory_.get(), size()});
    Attributes others;
    if (others_ != nullptr) {
        for (const auto& [place, value] : *others_) others.set(name(place), value);
    }
    record.text(others.empty() ? std::string() : to_json(others));
}

bool KeptAttributes::read(BinaryReader& record, NameLists& names) {
    const auto list = record.text();
    const auto memory = record.text();
    const auto json = record.text();
    if (!list || !memory || !json) return false;
    names_ = names.of_written(*list);
    if (names_ == nullptr) return false;
    memory_ = std::make_unique_for_overwrite<char[]>(memory->size() + 1);
    memory->copy(memory_.get(), memory->size());
    if (!is_sound(memory->size())) return false;
    const auto others = json->empty() ? Attributes() : parse_attributes(*json).value_or(Attributes());
    std::vector<Other> found;
    for (std::size_t place = 0; place < names_->size(); ++place) {
        if ((end(place) & kOther) == 0) continue;
        const AttributeValue* const value = others.find(name(place));
        if (value == nullptr) return false;
        found.emplace_back(place, *value);
    }
    if (found.size() != others.size()) return false;
    if (!found.empty()) others_ = std::make_unique<const std::vector<Other>>(std::move(found));
    return true;
}

KeptAttributes::Found KeptAttributes::find(std::string_view name) const noexcept {
    const AttributeValue* known = names_->find(name);
    if (known == nullptr) return {};
    const auto place = static_cast<std::size_t>(*std::get_if<std::int64_t>(&known->data()));
    if ((end(place) & kOther) == 0) return {true, text(place), nullptr};
    const auto other =
        std::find_if(others_->begin(), others_->end(), [&](const Other& one) { return one.first == place; });
    return {false, {}, &other->second};
}

std::string_view KeptAttributes::find_text(std::string_view name) const noexcept {
    const AttributeValue* known = names_->find(name);
    if (known == nullptr) return {};
    const auto place = static_cast<std::size_t>(*std::get_if<std::int64_t>(&known->data()));
    return (end(place) & kOther) == 0 ? text(place) : std::string_view();
}

Result<KeptSession> KeptSession::open(const SealedSession& sealed, const SessionCookie& cookie, NameLists& names,
                                      crypto::Opener& opener) {
    const auto json = sealed.unseal(cookie, opener);
    if (!json) return error_of(json);
    auto members = JsonMembers::parse(json->reveal());
    if (!members) return fail(ErrorCode::corrupt, "session " + sealed.id.hex() + ": " + members.error().detail);
    const SessionId::Digits id = sealed.id.digits();
    members->set("_session_id", {id.data(), id.size()});  // as LemonLDAP::NG's sessions have it
    KeptSession session;
    session.attributes = KeptAttributes(members->all(), names.of(members->all()), http::field_value(sealed.facts.user));
    session.id = sealed.id;
    session.stale = sealed.stale;
    return session;
}

std::optional<KeptSession> KeptSession::read(const SessionId& id, BinaryReader& record, NameLists& names) {
    std::optional<KeptSession> session(std::in_place);
    if (!session->attributes.read(record, names)) return std::nullopt;
    session->id = id;
    return session;
}

std::size_t KeptSession::weight() const noexcept {
    std::size_t bytes = attributes.size() + kOfMalloc;
    if (attributes.others_ == nullptr) return bytes;
    for (const auto& [place, value] : *attributes.others_) {
        bytes += sizeof(KeptAttributes::Other) + weight_of(value) + kOfMalloc;
    }
    return bytes;
}

}  // namespace sso::session
